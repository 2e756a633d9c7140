import type {IncomingRequest, OutboundAnswer, OutboundRequest} from '#runtime/sgtm/apis/api.ts'
import type {OpenDatabase} from '#runtime/sgtm/apis/firestore/database.ts'
import {createResolve} from '#runtime/sgtm/apis/registry.ts'
import type {Permission} from '#runtime/sgtm/tpl/template.ts'
import {createSandbox} from '#runtime/sgtm/sandbox/sandbox.ts'
import {createExchange} from '#runtime/sgtm/server/exchange.ts'
import {createContext} from '#runtime/sgtm/server/run-instance.ts'
import {createRing} from '#runtime/sgtm/server/ring.ts'
import {createTimers} from '#runtime/sgtm/server/timers.ts'
import {compile} from '../run-code.ts'
import {request as makeRequest} from './request.ts'

type Options = {
  /** Declared permissions by their id, with parameters as they are after decoding. */
  readonly permissions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly kind?: 'CLIENT' | 'TAG' | 'MACRO'
  readonly request?: Parameters<typeof makeRequest>[0]
  readonly event?: Readonly<Record<string, unknown>>
  readonly project?: string
  readonly firestore?: OpenDatabase
  readonly keys?: Readonly<Record<string, string>>
  /** Answers what a template sends; without it, 204. A rejection is what the template gets. */
  readonly answer?: (sent: OutboundRequest) => Partial<OutboundAnswer> | Promise<never>
}

/** A place where code runs as a template: real permissions, real APIs, and a record of what left the template. */
export type Bench = Disposable & {
  /** Runs code; what it returns, a promise awaited, as plain data. */
  readonly run: (code: string, data?: Readonly<Record<string, unknown>>) => Promise<unknown>
  readonly sent: readonly OutboundRequest[]
  readonly logs: readonly string[]
  readonly exchange: ReturnType<typeof createExchange>
  readonly request: IncomingRequest
}

export function bench(options: Options = {}): Bench {
  const timers = createTimers()
  const sent: OutboundRequest[] = []
  const logs: string[] = []
  const request = makeRequest(options.request ?? {})
  const exchange = createExchange(request)
  const permissions: Permission[] = Object.entries(options.permissions ?? {}).map(([publicId, params]) => ({
    publicId,
    params,
  }))
  const kind = options.kind ?? 'CLIENT'
  const template = {kind, permissions, displayName: 'sample', file: 'sample.tpl'} as never
  const storage = new Map<string, unknown>()
  const contextOf = () =>
    createContext(
      {name: 'sample', loaded: {template, storage, start: () => ({call: () => undefined, end: () => {}})}},
      {
        clock: {now: () => 1_700_000_000_000.5},
        emit: (fact) => {
          if (fact.type === 'log.line') logs.push(fact.text)
        },
        keys: options.keys ?? {},
        project: options.project,
        firestore: options.firestore,
        rules: [],
        outbound: {
          send: async (_, outbound) => {
            sent.push(outbound)
            return {statusCode: 204, headers: {}, body: '', ...(await options.answer?.(outbound))}
          },
          captured: () => [],
        },
        events: createRing(),
        later: timers.later,
      },
      {
        exchange,
        parent: {trace: '0'.repeat(32), span: '0'.repeat(16)},
        event: options.event ? {data: options.event, addCallback: () => {}} : undefined,
        clientName: () => 'sample',
        runContainer: () => {},
      },
    )
  return {
    run: async (code, data = {}) => {
      const compiled = compile(code)
      if (!compiled.ok) throw new Error(compiled.refusals.map(({message}) => message).join('\n'))
      const start = createSandbox(timers.later).load(compiled.program)
      const unhandled = (problem: Error): void => void logs.push(`unhandled: ${problem.message}`)
      const result = await start({resolve: createResolve(contextOf()), unhandled}).call(data)
      return typeof result === 'object' && result !== null ? (JSON.parse(JSON.stringify(result)) as unknown) : result
    },
    sent,
    logs,
    exchange,
    request,
    [Symbol.dispose]: () => timers[Symbol.dispose](),
  }
}
