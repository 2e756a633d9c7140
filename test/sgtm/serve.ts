import {mkdtempDisposable, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Fact} from '#runtime/kernel/events.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {createDefinition} from '#runtime/sgtm/definition/definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import type {Container, ContainerDefinition, ContainerOptions} from '#runtime/sgtm/types.ts'

type Piece = {
  readonly code: string
  readonly permissions?: readonly unknown[]
  readonly priority?: number
  readonly metadata?: Record<string, string>
}

export type Served = AsyncDisposable & {
  readonly definition: ContainerDefinition
  readonly container: Container
  readonly facts: readonly Fact[]
  readonly logs: () => readonly string[]
}

/** Every permission that templates of these tests need, as wide as it goes. */
export const allPermissions = [
  ['read_request', {requestAccess: 'any'}],
  ['access_response', {writeResponseAccess: 'any'}],
  ['return_response', {}],
  ['run_container', {}],
  ['read_event_data', {eventDataAccess: 'any'}],
  ['read_event_metadata', {}],
  ['read_container_data', {}],
  ['send_http', {allowedUrls: 'any'}],
  ['get_cookies', {cookieAccess: 'any'}],
  ['access_template_storage', {}],
  ['logging', {environments: 'all'}],
] as const

/** A container of templates that are written here: clients by priority, and tags that fire on `sample`. */
export async function serve(
  clients: readonly Piece[],
  tags: readonly Piece[] = [],
  options: Partial<ContainerOptions> = {},
): Promise<Served> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'stitch-sgtm-')))
  const write = async (type: string, index: number, piece: Piece): Promise<string> => {
    const file = join(folder.path, `${type}-${index}.tpl`)
    const permissions = piece.permissions ?? allPermissions.map(([publicId, params]) => declare(publicId, params))
    const text = `___INFO___\n${JSON.stringify({type, displayName: `${type} ${index}`})}\n___SANDBOXED_JS_FOR_SERVER___\n${piece.code}\n___SERVER_PERMISSIONS___\n${JSON.stringify(permissions)}\n`
    await writeFile(file, text)
    return file
  }
  const definition = createDefinition({
    clients: await Promise.all(
      clients.map(async (piece, index) => ({
        name: `client ${index}`,
        template: await write('CLIENT', index, piece),
        priority: piece.priority ?? 0,
        parameters: {},
      })),
    ),
    tags: await Promise.all(
      tags.map(async (piece, index) => ({
        name: `tag ${index}`,
        template: await write('TAG', index, piece),
        parameters: {},
        triggers: ['sample'],
        ...(piece.metadata ? {metadata: piece.metadata} : {}),
      })),
    ),
    triggers: [{name: 'sample', event: 'sample'}],
  })
  const facts: Fact[] = []
  const container = await startContainer({
    definition,
    host: '127.0.0.1',
    port: {port: 0, explicit: true},
    keys: {},
    outbound: [],
    clock: systemClock,
    emit: (fact) => void facts.push(fact),
    signal: new AbortController().signal,
    ...options,
  })
  stack.use(container)
  const opened = stack.move()
  return {
    definition,
    container,
    facts,
    logs: () => facts.flatMap((fact) => (fact.type === 'log.line' ? [fact.text] : [])),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** A permission as a template file spells it, for flat parameters of texts, booleans and lists of texts. */
export function declare(
  publicId: string,
  params: Readonly<Record<string, string | boolean | readonly string[]>>,
): unknown {
  const encode = (value: string | boolean | readonly string[]): unknown => {
    if (typeof value === 'boolean') return {type: 8, boolean: value}
    return typeof value === 'string' ? {type: 1, string: value} : {type: 2, listItem: value.map(encode)}
  }
  const param = Object.entries(params).map(([key, value]) => ({key, value: encode(value)}))
  return {instance: {key: {publicId, versionId: '1'}, param}, isRequired: true}
}
