import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Fact} from '#runtime/kernel/events.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import type {Container, ContainerOptions} from '#runtime/sgtm/types.ts'
import {allPermissions, declare} from './serve.ts'

type Json = Record<string, unknown>

/** A parameter's value in an export: texts are templates, lists and objects nest; `tag` makes a reference to a tag. */
export function encode(value: unknown): Json {
  if (typeof value === 'boolean') return {type: 'BOOLEAN', value: String(value)}
  if (typeof value === 'number') return {type: 'INTEGER', value: String(value)}
  if (Array.isArray(value)) return {type: 'LIST', list: value.map(encode)}
  if (typeof value !== 'object' || value === null) return {type: 'TEMPLATE', value}
  if ('tag' in value) return {type: 'TAG_REFERENCE', value: value.tag}
  return {type: 'MAP', map: parameters(value as Json)}
}

/** Parameters by key, as exports list them. */
export function parameters(values: Json): Json[] {
  return Object.entries(values).map(([key, value]) => ({...encode(value), key}))
}

/** A condition of a trigger; `flags` are `negate` and `ignore_case`. */
export function condition(type: string, arg0: string, arg1: string, flags: Json = {}): Json {
  return {type, parameter: parameters({arg0, arg1, ...flags})}
}

/** The text of a template with every permission that these tests need. */
export function tpl(
  type: 'CLIENT' | 'TAG' | 'MACRO',
  code: string,
  fields: readonly Json[] = [],
  info: Json = {},
): string {
  const permissions = allPermissions.map(([publicId, params]) => declare(publicId, params))
  return [
    `___INFO___\n\n${JSON.stringify({type, displayName: `${type} template`, ...info})}`,
    `___TEMPLATE_PARAMETERS___\n\n${JSON.stringify(fields)}`,
    `___SANDBOXED_JS_FOR_SERVER___\n\n${code}`,
    `___SERVER_PERMISSIONS___\n\n${JSON.stringify(permissions)}\n`,
  ].join('\n\n\n')
}

/** Fields of a template that hold text. */
export function textFields(...names: readonly string[]): Json[] {
  return names.map((name) => ({type: 'TEXT', name, displayName: name, simpleValueType: true}))
}

/** A client that runs the container for the JSON event in the body, and answers with the tags' results. */
export const eventClient = `
  require('claimRequest')();
  const JSON = require('JSON');
  const add = require('addEventCallback');
  const events = JSON.parse(require('getRequestBody')() || '[{}]');
  const seen = [];
  let open = events.length;
  events.forEach((event) => require('runContainer')(event, () => {
    open--;
    if (open > 0) return;
    require('setResponseBody')(JSON.stringify(seen));
    require('returnResponse')();
  }, (bind) => bind(add)((id, data) => seen.push({id: id, tags: data.tags}))));`

/** A tag that logs one of its parameters, `text`, as JSON. */
export const logTag = tpl(
  'TAG',
  "require('logToConsole')(require('JSON').stringify({text: data.text})); data.gtmOnSuccess();",
  textFields('text'),
)

/** An export of a server container, with an event client and a tag template named `cvt_7_1`. */
export function makeExport(version: Json = {}): Json {
  const {customTemplate = [], ...rest} = version as {customTemplate?: readonly Json[]}
  return {
    exportFormatVersion: 2,
    exportTime: '2026-01-02 03:04:05',
    containerVersion: {
      path: 'accounts/1/containers/7/versions/12',
      accountId: '1',
      containerId: '7',
      containerVersionId: '12',
      container: {name: 'Shop, server', publicId: 'GTM-SHOP1', usageContext: ['SERVER']},
      client: [{clientId: '1', name: 'events', type: 'cvt_7_2', priority: 10}],
      customTemplate: [
        {templateId: '1', containerId: '7', name: 'log', templateData: logTag},
        {templateId: '2', containerId: '7', name: 'events', templateData: tpl('CLIENT', eventClient)},
        ...customTemplate,
      ],
      folder: [{folderId: '1', name: 'a folder'}],
      ...rest,
    },
  }
}

/** A tag of an export that logs `text`. */
export function logging(id: string, text: unknown, more: Json = {}): Json {
  return {
    tagId: id,
    name: `tag ${id}`,
    type: 'cvt_7_1',
    parameter: parameters({text}),
    firingTriggerId: ['2147479574'],
    tagFiringOption: 'ONCE_PER_EVENT',
    monitoringMetadata: {type: 'MAP'},
    consentSettings: {consentStatus: 'NOT_SET'},
    ...more,
  }
}

export type Exported = AsyncDisposable & {
  readonly container: Container
  readonly facts: readonly Fact[]
  /** Texts that log tags wrote, in order. */
  readonly texts: () => readonly unknown[]
  readonly logs: () => readonly string[]
  /** Sends events as the body of one request. */
  readonly send: (events: readonly Json[], path?: string, headers?: Record<string, string>) => Promise<Response>
  readonly settled: <T extends Fact['type']>(type: T) => readonly Extract<Fact, {type: T}>[]
}

/** Writes an export to a file, reads it as a person's would be, and starts it. */
export async function serveExport(exported: Json, options: Partial<ContainerOptions> = {}): Promise<Exported> {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-export-'))
  const file = join(folder, 'GTM-SHOP1_v12.json')
  await writeFile(file, JSON.stringify(exported, null, 2))
  const facts: Fact[] = []
  const logs = () => facts.flatMap((fact) => (fact.type === 'log.line' ? [fact.text] : []))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, {recursive: true}))
  const container = stack.use(
    await startContainer({
      definition: await readDefinition(file),
      host: '127.0.0.1',
      port: {port: 0, explicit: true},
      keys: {},
      outbound: [],
      clock: systemClock,
      emit: (fact) => void facts.push(fact),
      signal: new AbortController().signal,
      ...options,
    }),
  )
  const opened = stack.move()
  return {
    container,
    facts,
    logs,
    texts: () => logs().flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as {text?: unknown}).text] : [])),
    send: (events, path = '/any', headers = {}) =>
      fetch(container.url + path, {method: 'POST', body: JSON.stringify(events), headers}),
    settled: (type) => facts.filter((fact): fact is never => fact.type === type),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
