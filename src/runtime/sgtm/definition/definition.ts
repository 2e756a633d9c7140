import {readFile} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {findNodeAtLocation, getNodeValue, parseTree} from 'jsonc-parser'
import type {Node, ParseError} from 'jsonc-parser'
import type {z} from 'zod'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {describeJsonFault} from '#runtime/kernel/json-words.ts'
import type {ContainerDefinition, Implementation} from '../types.ts'
import {invalid} from './invalid.ts'
import {ExportFile} from './export-schema.ts'
import {readExport} from './read-export.ts'
import {DefinitionFile} from './schema.ts'
import type {SmallDefinition} from './schema.ts'

/**
 * Reads a `container.json`, or an export of a server container. Template paths become absolute; placeholders stay, see
 * `resolve-definition.ts`.
 * @throws {StitchError} STITCH_CONTAINER_INVALID with file, line and column
 */
export async function readDefinition(file: string): Promise<ContainerDefinition> {
  const read = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(`The container definition ${file} cannot be read, so no container was started.`, [], undefined, cause)
  })
  const text = read.replace(/^\uFEFF/, '')
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {allowTrailingComma: false, disallowComments: true})
  const [first] = errors
  if (first || !tree) {
    throw invalid(
      `${file} is not valid JSON (${describeJsonFault(first?.error)}), so no container was started.`,
      [],
      locate(file, text, first?.offset ?? 0),
    )
  }
  const value: unknown = getNodeValue(tree)
  if (isExport(value)) return readExport(check(ExportFile, value, {file, text, tree}), file)
  return createDefinition(check(DefinitionFile, value, {file, text, tree}), (template) =>
    resolve(dirname(file), template),
  )
}

/** Whether a JSON document claims to be an export of a container. */
function isExport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'exportFormatVersion' in value
}

type Document = {readonly file: string; readonly text: string; readonly tree: Node}

/** The value, checked; what is wrong is told with its place in the file. */
function check<T>(schema: z.ZodType<T>, value: unknown, {file, text, tree}: Document): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map(({path, message}) => {
    const known = path.map((part) => (typeof part === 'number' ? part : String(part)))
    const node =
      known.map((_, index) => findNodeAtLocation(tree, known.slice(0, known.length - index))).find(Boolean) ?? tree
    return {at: locate(file, text, node.offset), text: `${known.join('.') || 'The definition'}: ${message}`}
  })
  const hints = places.map(({at, text: hint}) => `${at.file}:${at.line}:${at.column} ${hint}`)
  throw invalid(`${file} does not describe a server container, so none was started.`, hints, places[0]?.at)
}

/**
 * The definition that a `container.json` stands for: templates in files, triggers on one event each, named by the tags.
 * @throws {StitchError} STITCH_CONTAINER_INVALID for a tag that names a trigger which does not exist
 */
export function createDefinition(
  {clients, tags, triggers}: SmallDefinition,
  locateTemplate: (template: string) => string = (template) => template,
): ContainerDefinition {
  const code = (template: string): Implementation => ({kind: 'template', template: {file: locateTemplate(template)}})
  const known = new Set(triggers.map(({name}) => name))
  return {
    source: 'definition',
    id: 'GTM-LOCAL',
    version: '0',
    clients: clients.map(({template, ...client}) => ({...client, code: code(template)})),
    tags: tags.map(({template, triggers: firing, metadata, ...tag}, index) => ({
      ...tag,
      id: String(index + 1),
      type: template,
      code: code(template),
      firing: firing.map((trigger) => (known.has(trigger) ? trigger : unknownTrigger(tag.name, trigger))),
      ...plainTag,
      metadata: metadata ?? {},
    })),
    triggers: triggers.map(({name, event}) => ({
      id: name,
      name,
      type: 'CUSTOM_EVENT',
      conditions: [{operator: 'EQUALS', left: '{{_event}}', right: event, negate: false, ignoreCase: false}],
    })),
    variables: [],
    transformations: [],
  }
}

const plainTag = {
  blocking: [],
  option: 'once-per-event',
  priority: 0,
  setup: [],
  teardown: [],
  paused: false,
  consent: [],
} as const

function unknownTrigger(tag: string, trigger: string): never {
  throw invalid(`The tag "${tag}" names the trigger "${trigger}", which does not exist, so no container was started.`, [
    'Add the trigger to `triggers` in container.json, or correct its name in the tag.',
  ])
}

function locate(file: string, text: string, offset: number): SourceLocation {
  const before = text.slice(0, offset).split('\n')
  return {file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1}
}
