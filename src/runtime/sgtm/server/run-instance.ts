import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {ApiContext, EventScope, Exchange} from '../apis/api.ts'
import type {OpenDatabase} from '../apis/firestore/database.ts'
import {createResolve} from '../apis/registry.ts'
import {allows} from '../permissions/allows.ts'
import {describeAsk} from '../permissions/ask.ts'
import type {Run} from '../sandbox/sandbox.ts'
import type {ContainerEvent, OutboundRule} from '../types.ts'
import type {Instance} from './load-container.ts'
import {isForwarded} from './outbound-rules.ts'
import type {Outbound} from './outbound.ts'
import type {Ring} from './ring.ts'

/** The name of this environment, as templates and variables may ask for it. */
export const environmentName = 'stitch'

/** Whether a request is to be shown in preview mode: it carries the header that Tag Assistant gives for that. */
export function isPreviewed({headers}: Exchange['request']): boolean {
  return headers['x-gtm-server-preview'] !== undefined
}

/** What all runs of a container share. */
export type RunServices = {
  readonly clock: Clock
  readonly emit: Emit
  readonly keys: Readonly<Record<string, string>>
  readonly project?: string | undefined
  readonly firestore?: OpenDatabase | undefined
  readonly rules: readonly OutboundRule[]
  readonly outbound: Outbound
  readonly events: Ring<ContainerEvent>
  readonly later: (ms: number, callback: () => void) => () => void
}

/** Where a run belongs: the request, the span that its own hops hang from, and the event where it is a tag's. */
export type RunScope = {
  readonly exchange: Exchange
  readonly parent: TraceContext
  readonly event: EventScope | undefined
  readonly clientName: () => string
  readonly runContainer: ApiContext['runContainer']
  /** Of the container that runs; a template alone runs in one that is nobody's. */
  readonly container?: {readonly id: string; readonly version: string}
}

/** Starts a run of a client or tag, wired to its request, its permissions and the log. */
export function startInstance(instance: Instance, services: RunServices, scope: RunScope): Run {
  const context = createContext(instance, services, scope)
  const unhandled = (problem: unknown): void => context.log('error', describeProblem(problem))
  return instance.loaded.start({resolve: createResolve(context), unhandled})
}

/** Everything that the APIs of one run can reach. */
export function createContext({name, loaded}: Instance, services: RunServices, scope: RunScope): ApiContext {
  const {template, storage} = loaded
  const {clock, emit, keys, project, firestore, rules, outbound, later} = services
  const source = `template ${template.displayName || name}`
  const {trace} = scope.parent
  const kind = template.kind === 'CLIENT' ? 'client' : 'tag'
  const isPreview = isPreviewed(scope.exchange.request)
  const logsAlways = template.permissions.some(
    ({publicId, params}) => publicId === 'logging' && params['environments'] === 'all',
  )
  const log: ApiContext['log'] = (level, text) => emit({type: 'log.line', source, level, text, trace})

  const isAllowed: ApiContext['isAllowed'] = (ask) => {
    // A forwarded address stands for a production one, which the template does name.
    if (ask.permission === 'send_http' && isForwarded(rules, ask.url)) {
      return template.permissions.some(({publicId}) => publicId === 'send_http')
    }
    return allows(template.permissions, ask)
  }
  return {
    kind: template.kind,
    exchange: scope.exchange,
    event: scope.event,
    clientName: scope.clientName,
    version: {
      containerId: scope.container?.id ?? 'GTM-LOCAL',
      debugMode: isPreview,
      environmentName,
      environmentMode: false,
      previewMode: isPreview,
      version: scope.container?.version ?? '0',
    },
    storage,
    keys,
    project,
    firestore,
    now: clock.now,
    isAllowed,
    demand: (api, ask) => {
      if (isAllowed(ask)) return
      const text = `${api} was denied: the template does not declare ${ask.permission} so that it may ${describeAsk(ask)}.`
      log('warn', text)
      emit({
        type: 'permission.denied',
        trace,
        span: scope.parent.span,
        template: template.displayName || name,
        api,
        permission: ask.permission,
        wanted: describeAsk(ask),
      })
      throw new Error(text)
    },
    consoleLevel: logsAlways || isPreview ? 'info' : 'debug',
    log,
    send: (request) => outbound.send({kind, name, parent: scope.parent}, request),
    runContainer: scope.runContainer,
    invoke: createInvoke((text) => log('error', text)),
    later,
  }
}

/** The way to call a template's function from outside its code: an error is told and goes no further. */
export function createInvoke(tell: (text: string) => void): ApiContext['invoke'] {
  return (callback, ...args) => {
    try {
      callback(...args)
    } catch (problem) {
      tell(describeProblem(problem))
    }
  }
}

/** An error of a template with its place, for a person. */
export function describeProblem(problem: unknown): string {
  const {message, at} = problem as {message?: string; at?: {file: string; line: number; column: number}}
  return at ? `${at.file}:${at.line}:${at.column} ${message}` : (message ?? String(problem))
}
