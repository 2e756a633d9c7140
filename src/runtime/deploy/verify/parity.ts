import {valueAt} from '#runtime/trace/compare.ts'
import {compareAnswers, compareHops, type Difference} from './compare.ts'
import type {Fired} from './fire.ts'
import type {Side, SkipReason} from './probes.ts'
import {readsOf, type SeenHop} from './seen.ts'

/** One request on both sides. Times are milliseconds and for information only. */
export type RequestParity = {
  readonly scenario: string
  readonly step: string
  readonly title: string
  /** Of the deployed side's log. */
  readonly trace: string
  readonly verdict: 'same' | 'different' | 'unknown'
  readonly outcome: string
  readonly differences: readonly Difference[]
  /** Why it is not known whether it is the same. */
  readonly unknown?: string
  readonly simulated: {readonly hops: readonly SeenHop[]; readonly reads: number; readonly ms: number}
  /** Hops are undefined where none are compared. */
  readonly deployed: {
    readonly hops: readonly SeenHop[] | undefined
    readonly reads: number | undefined
    readonly ms: number
    readonly deliveries: number
  }
}

export type Parity = {
  readonly side: Side
  readonly url: string
  /** First digits of the bundles' hashes; undefined where the label was not read. */
  readonly bundle: {readonly simulated: string | undefined; readonly deployed: string | undefined}
  readonly simulatedAt: number | undefined
  readonly requests: readonly RequestParity[]
  readonly skipped: Readonly<Record<SkipReason, number>>
  /** True where the hops of both sides were compared, not only the answers. */
  readonly comparesHops: boolean
  readonly differences: readonly Difference[]
  /** Requests that were found in the simulation and are unknown to the deployed database. */
  readonly notSeeded: number
  readonly verdict: 'parity' | 'differences' | 'unverified'
}

export type ParityInput = Pick<Parity, 'side' | 'url' | 'bundle' | 'simulatedAt' | 'skipped'> & {
  readonly fired: readonly Fired[]
  /** Hops of the deployed side by trace; undefined where they were not looked for. */
  readonly hops:
    | ((trace: string) => {readonly hops: readonly SeenHop[]; readonly deliveries: number} | undefined)
    | undefined
  /** Why there are no hops of a trace. */
  readonly missing: string
}

/** The two sides of a run, request by request; pure. */
export function compareRun({fired, hops, missing, ...head}: ParityInput): Parity {
  const requests = fired.map((one) => compareRequest(one, hops, missing))
  const {simulated, deployed} = head.bundle
  const differences =
    simulated !== undefined && deployed !== undefined && !simulated.startsWith(deployed)
      ? [{what: 'bundle', simulated: simulated.slice(0, 12), deployed: deployed.slice(0, 12)}]
      : []
  const isDifferent = differences.length > 0 || requests.some(({verdict}) => verdict === 'different')
  const isUnknown = requests.length === 0 || requests.some(({verdict}) => verdict === 'unknown')
  return {
    ...head,
    requests,
    comparesHops: hops !== undefined,
    differences,
    notSeeded: fired.filter(isNotSeeded).length,
    verdict: isDifferent ? 'differences' : isUnknown ? 'unverified' : 'parity',
  }
}

function compareRequest(
  {probe, trace, answer, picked, error, ms}: Fired,
  hopsOf: ParityInput['hops'],
  missing: string,
): RequestParity {
  const {recorded, scenario, step, title} = probe
  const seen = hopsOf?.(trace)
  const base = {
    scenario,
    step,
    title,
    trace,
    outcome: outcomeOf((picked ?? answer)?.body) ?? (answer ? String(answer.status) : 'no answer'),
    simulated: {hops: recorded.hops, reads: readsOf(recorded.hops), ms: recorded.ms},
    deployed: {hops: seen?.hops, reads: seen && readsOf(seen.hops), ms, deliveries: seen?.deliveries ?? 0},
  }
  if (!answer) return {...base, verdict: 'unknown', differences: [], unknown: error ?? 'no answer'}
  const differences = [
    ...compareAnswers(recorded.answer, answer),
    ...compareAnswers(recorded.picked, picked, 'result,'),
    ...(seen ? compareHops(recorded.hops, seen.hops) : []),
  ]
  if (differences.length > 0) return {...base, verdict: 'different', differences}
  if (hopsOf && !seen) return {...base, verdict: 'unknown', differences, unknown: missing}
  return {...base, verdict: 'same', differences}
}

/** `found`, `not_found`, … or the code of an error. */
function outcomeOf(body: unknown): string | undefined {
  const outcome = valueAt(body, 'status') ?? valueAt(body, 'error', 'code')
  return typeof outcome === 'string' ? outcome : undefined
}

function isNotSeeded({probe, answer, picked}: Fired): boolean {
  const {recorded} = probe
  const isLost = (before: unknown, now: unknown): boolean =>
    valueAt(before, 'status') === 'found' && valueAt(now, 'status') === 'not_found'
  return isLost(recorded.answer.body, answer?.body) || isLost(recorded.picked?.body, picked?.body)
}
