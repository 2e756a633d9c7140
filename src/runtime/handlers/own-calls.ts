import {AttributesFault, readAttributes} from './attributes.ts'
import type {FunctionsConfig} from './config.ts'
import type {Attributes, Enricher, Resolver, ResolverCall} from './handlers-file.ts'
import {StoreError, type Clock, type Log} from './ports.ts'
import type {Hop} from './trace.ts'
import type {Fields} from './value.ts'
import {within} from './within.ts'

export type OwnCallDeps = {
  readonly clock: Clock
  readonly log: Log
  readonly config: FunctionsConfig
  readonly hop: Hop
  /** Milliseconds since the Unix epoch after which nothing is waited for any more. */
  readonly deadline: number
}

/** What own logic gave for one id: fields, nothing, or that it failed, in one word. */
export type OwnResult = {readonly fields: Fields | undefined} | {readonly failed: string}

/** What one call is about; enrichment has the attributes that were found. */
type Subject = {readonly id: string; readonly attributes?: Readonly<Record<string, unknown>>}

/**
 * Calls a kind's own function for each subject, all at the same time, as one hop. Every call gets what a read of
 * Firestore gets: `deadlines.firestoreMs`, and less where the request's own time is over before. Never rejects.
 */
export async function callOwn(
  what: 'resolve' | 'enrich',
  kind: string,
  work: Resolver | Enricher,
  subjects: readonly Subject[],
  deps: OwnCallDeps,
): Promise<readonly OwnResult[]> {
  const {clock, config, deadline} = deps
  const hop = deps.hop.child('firestore', `${what} ${kind}`)
  const timeoutMs = Math.min(config.deadlines.firestoreMs, Math.floor(deadline - clock.now()))
  const results = await Promise.all(
    subjects.map(async ({id, ...rest}): Promise<OwnResult> => {
      const log = logBeside(hop, id, deps)
      try {
        return {fields: await callOnce((signal) => work({kind, id, signal, log, attributes: {}, ...rest}), timeoutMs)}
      } catch (error) {
        log(`${what} ${kind} failed: ${describeFailure(error, config.callback.allowPrivate)}`, 'ERROR')
        return {failed: codeOf(error)}
      }
    }),
  )
  const failed = results.filter((result) => 'failed' in result)
  const found = results.filter((result) => 'fields' in result && result.fields !== undefined)
  const facts = {ids: subjects.length, [what === 'resolve' ? 'found' : 'enriched']: found.length}
  hop.end({ok: failed.length === 0, facts, error: failed[0]?.failed})
  return results
}

/** The signal aborts at the end in any case, so that whatever still goes on in the background hears of it. */
async function callOnce(
  work: (signal: AbortSignal) => Promise<Attributes | undefined> | Attributes | undefined,
  timeoutMs: number,
): Promise<Fields | undefined> {
  const over = new AbortController()
  try {
    const result = await within(timeoutMs, async () => work(over.signal))
    return result === undefined || result === null ? undefined : readAttributes(result)
  } finally {
    over.abort()
  }
}

/** A line of the project's own; whatever it says, the id is not in it. */
function logBeside({trace, span}: Hop, id: string, {log, clock, config}: OwnCallDeps): ResolverCall['log'] {
  return (text, severity = 'INFO') =>
    log({
      severity,
      message: text.replaceAll(id, '[id]'),
      time: new Date(clock.now()).toISOString(),
      'logging.googleapis.com/trace': `projects/${config.project}/traces/${trace}`,
      'logging.googleapis.com/spanId': span,
    })
}

function codeOf(error: unknown): string {
  if (error instanceof StoreError) return error.code
  return error instanceof AttributesFault ? 'invalid_attributes' : 'handlers_failed'
}

/**
 * A failure's name and, where it is one word, its code. A message may quote what was looked up, so it is told only in a
 * simulation, where data are fixtures.
 */
function describeFailure(error: unknown, isSimulation: boolean): string {
  if (!(error instanceof Error)) return isSimulation ? `threw ${JSON.stringify(error)}` : `threw a ${typeof error}`
  const {code} = error as {readonly code?: unknown}
  const known = typeof code === 'string' || typeof code === 'number' ? [error.name, String(code)] : [error.name]
  const words = known.filter((word) => /^\w{1,60}$/.test(word)).join(' ')
  return isSimulation ? `${words}: ${error.message}` : words
}
