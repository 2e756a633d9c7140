import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {buildData} from '#runtime/sgtm/tpl/build-data.ts'
import {readTemplate} from '#runtime/sgtm/tpl/read-template.ts'
import type {ClientDefinition} from '#runtime/sgtm/types.ts'

/**
 * Where a page asks and where it fetches results, as the container's own client is set.
 * @param container a container.json, whose placeholders are of no interest here, or an export
 * @param sgtmUrl address of the server container
 * @throws {StitchError} STITCH_CONTAINER_INVALID or STITCH_TEMPLATE_INVALID
 */
export async function findAddresses(
  container: string,
  sgtmUrl: string,
): Promise<{readonly url: string; readonly resultUrl: string}> {
  const {clients} = await readDefinition(container)
  const settings = await Promise.all(clients.map(readSettings))
  const stitcher = settings.find(({requestPath}) => typeof requestPath === 'string')
  const base = sgtmUrl.replace(/\/$/, '')
  const pathOf = (name: string, usual: string): string => {
    const path = stitcher?.[name]
    return typeof path === 'string' && path.startsWith('/') ? path : usual
  }
  return {url: base + pathOf('requestPath', '/stitch'), resultUrl: base + pathOf('resultPath', '/stitch/result')}
}

/** A container.json leaves out what is as the template has it; an export leaves out nothing. */
async function readSettings({code, parameters}: ClientDefinition): Promise<Readonly<Record<string, unknown>>> {
  if (code.kind === 'built-in' || code.template.text !== undefined) return parameters
  return buildData((await readTemplate(code.template.file)).parameters, parameters)
}
