import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {assessContainer, type Assessment} from '#runtime/sgtm/definition/assess.ts'
import {createSandbox} from '#runtime/sgtm/sandbox/sandbox.ts'
import {loadContainer} from '#runtime/sgtm/server/load-container.ts'

/** What a container file holds, and how each part of it would fare. */
export type CheckedContainer = {
  readonly id: string
  readonly version: string
  readonly parts: readonly Assessment[]
}

/**
 * Reads and compiles a container without starting it.
 * @throws {StitchError} STITCH_CONTAINER_INVALID or STITCH_TEMPLATE_INVALID for a file that could not be started at all
 */
export async function checkContainer(file: string): Promise<CheckedContainer> {
  const definition = await readDefinition(file)
  // Nothing runs, so nothing is ever called back.
  const loaded = await loadContainer(
    definition,
    createSandbox(() => () => undefined),
  )
  return {id: definition.id, version: definition.version, parts: assessContainer(definition, loaded)}
}
