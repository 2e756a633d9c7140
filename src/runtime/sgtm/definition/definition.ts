import {readFile} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode} from 'jsonc-parser'
import type {ParseError} from 'jsonc-parser'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import type {ContainerDefinition} from '../types.ts'
import {DefinitionFile} from './schema.ts'

/**
 * Reads `container.json`. Template paths become absolute; placeholders stay, see {@link resolveDefinition}.
 * @throws {StitchError} STITCH_CONTAINER_INVALID with file, line and column
 */
export async function readDefinition(file: string): Promise<ContainerDefinition> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(`The container definition ${file} cannot be read, so no container was started.`, [], undefined, cause)
  })
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {allowTrailingComma: false, disallowComments: true})
  const [first] = errors
  if (first || !tree) {
    const what = first ? printParseErrorCode(first.error) : 'ValueExpected'
    throw invalid(
      `${file} is not valid JSON (${what}), so no container was started.`,
      [],
      locate(file, text, first?.offset ?? 0),
    )
  }
  const parsed = DefinitionFile.safeParse(getNodeValue(tree))
  if (!parsed.success) {
    const places = parsed.error.issues.map(({path, message}) => {
      const known = path.map((part) => (typeof part === 'number' ? part : String(part)))
      const node =
        known.map((_, index) => findNodeAtLocation(tree, known.slice(0, known.length - index))).find(Boolean) ?? tree
      return {at: locate(file, text, node.offset), text: `${known.join('.') || 'The definition'}: ${message}`}
    })
    const hints = places.map(({at, text: hint}) => `${at.file}:${at.line}:${at.column} ${hint}`)
    throw invalid(`${file} does not describe a container, so none was started.`, hints, places[0]?.at)
  }
  const {clients, tags, triggers} = parsed.data
  const absolute = <T extends {template: string}>(item: T): T => ({
    ...item,
    template: resolve(dirname(file), item.template),
  })
  return {
    clients: clients.map(absolute),
    tags: tags.map(({metadata, ...tag}) => absolute(metadata ? {...tag, metadata} : tag)),
    triggers,
  }
}

/** What a run puts in the place of `{{name}}`: text, or a list where the placeholder is the whole value. */
type PlaceholderValues = Readonly<Record<string, string | number | boolean | readonly string[]>>

/**
 * Puts values in the place of placeholders in all parameters.
 * @throws {StitchError} STITCH_CONTAINER_INVALID for a placeholder without a value
 */
export function resolveDefinition(definition: ContainerDefinition, values: PlaceholderValues): ContainerDefinition {
  const fill = <T extends {name: string; parameters: Readonly<Record<string, unknown>>}>(item: T): T => ({
    ...item,
    parameters: replaceIn(item.parameters, values, item.name) as Readonly<Record<string, unknown>>,
  })
  return {...definition, clients: definition.clients.map(fill), tags: definition.tags.map(fill)}
}

function replaceIn(value: unknown, values: PlaceholderValues, owner: string): unknown {
  const find = (name: string): PlaceholderValues[string] => {
    const found = Object.hasOwn(values, name) ? values[name] : undefined
    if (found === undefined) {
      throw invalid(`"${owner}" uses the placeholder {{${name}}}, which has no value, so no container was started.`, [
        `Known placeholders: ${
          Object.keys(values)
            .map((known) => `{{${known}}}`)
            .join(', ') || 'none'
        }`,
      ])
    }
    return found
  }
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1]
    return whole ? find(whole) : value.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(find(name)))
  }
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, values, owner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaceIn(part, values, owner)]))
}

function locate(file: string, text: string, offset: number): SourceLocation {
  const before = text.slice(0, offset).split('\n')
  return {file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1}
}

function invalid(message: string, hints: readonly string[], at?: SourceLocation, cause?: unknown): StitchError {
  return new StitchError(message, {
    code: 'STITCH_CONTAINER_INVALID',
    exit: 'config',
    hints,
    ...(at ? {at} : {}),
    ...(cause === undefined ? {} : {cause}),
  })
}
