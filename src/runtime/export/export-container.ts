import {readFile} from 'node:fs/promises'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {templateFileOf} from '#runtime/sgtm/definition/template-file.ts'
import {readTemplate} from '#runtime/sgtm/tpl/read-template.ts'
import type {ContainerDefinition} from '#runtime/sgtm/types.ts'
import {collectAttributes} from './attribute-variables.ts'
import {findAddresses} from './find-addresses.ts'
import {buildServerContainer, type TemplateFile} from './server-container.ts'
import {fillSnippet, wrapSnippet} from './snippet.ts'
import {buildWebContainer} from './web-container.ts'

/** A file to import or paste, and what a person still has to do, in sentences. */
export type Exported = {readonly text: string; readonly todo: readonly string[]}

/** Stands in the file where the function's address is not known; `.invalid` never resolves. */
export const UNKNOWN_LOOKUP_URL = 'https://lookup-function.invalid'

/**
 * The project's server container for GTM's Import container.
 * @param lookupUrl address of the lookup function, without a path; undefined where it is not known yet
 * @throws {StitchError} STITCH_CONTAINER_INVALID or STITCH_TEMPLATE_INVALID for files of the project
 */
export async function exportServerContainer(
  config: ResolvedConfig,
  {lookupUrl, keyId}: {readonly lookupUrl: string | undefined; readonly keyId: string},
): Promise<Exported> {
  const definition = await readDefinition(config.container)
  const attributes = collectAttributes(config.destinations.server)
  const container = buildServerContainer({
    definition,
    templates: await readTemplates(definition),
    lookupUrl: lookupUrl ?? UNKNOWN_LOOKUP_URL,
    keyId,
    allowedOrigins: config.cors.origins,
    attributes,
  })
  const {origins} = config.cors
  const todo = [
    `Put the key ${keyId} into the file that SGTM_CREDENTIALS of the container names: {"keys": {"${keyId}": "<base64>"}}.`,
    ...(lookupUrl === undefined
      ? ['The address of the lookup function is not known: name it with --lookup-url, or --deployed.']
      : []),
    ...(origins.length === 0 ? ['cors.origins is empty, so pages of other origins than its own are refused.'] : []),
    ...attributes.unnamed.map(
      (kind) => `Servers may see all of ${kind}, whatever it is; no variables were made for it.`,
    ),
  ]
  return {text: toText(container), todo}
}

export type BrowserSideOptions = {
  /** Public address of the server container. */
  readonly sgtmUrl: string
  /** Consent type, `callback`, or empty. */
  readonly consent: string
  /** `dist/snippet.js`. */
  readonly code: string
}

/** The snippet for pages without any tag management. */
export async function exportSnippet(config: ResolvedConfig, options: BrowserSideOptions): Promise<Exported> {
  const addresses = await findAddresses(config.container, options.sgtmUrl)
  const script = fillSnippet(options.code, {...addresses, consent: options.consent})
  const todo = [
    "Ask with stitch({id: '…'}), or with an idToken for ids that a browser may not ask for by itself.",
    ...(options.consent === 'callback' ? ['Call stitch.consent(true) when the visitor has agreed.'] : []),
  ]
  return {text: wrapSnippet(script), todo}
}

/** A web container with the snippet in a tag; GTM itself asks for consent there. */
export async function exportWebContainer(
  config: ResolvedConfig,
  {idCookie, ...options}: BrowserSideOptions & {readonly idCookie: string | undefined},
): Promise<Exported> {
  const addresses = await findAddresses(config.container, options.sgtmUrl)
  const attributes = collectAttributes(config.destinations.browser)
  const script = fillSnippet(options.code, {...addresses, consent: ''})
  const container = buildWebContainer({script, consent: options.consent, idCookie, attributes})
  const todo = idCookie
    ? []
    : ["Have pages push the request before they load GTM: dataLayer.push({stitchRequest: {id: '…', idToken: '…'}})."]
  return {text: toText(container), todo}
}

async function readTemplates({clients, tags}: ContainerDefinition): Promise<ReadonlyMap<string, TemplateFile>> {
  const files = [...new Set([...clients, ...tags].map(templateFileOf))]
  const read = async (file: string) =>
    [file, {template: await readTemplate(file), text: await readFile(file, 'utf8')}] as const
  return new Map(await Promise.all(files.map(read)))
}

/** Indented like GTM's own exports. */
function toText(container: object): string {
  return `${JSON.stringify(container, null, 4)}\n`
}
