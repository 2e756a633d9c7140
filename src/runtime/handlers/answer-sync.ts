import {judgeItem, listEventAttributes, planShown, summarise, type Item, type Judged} from './answer.ts'
import type {Answered, LookupDeps} from './deps.ts'
import {Refusal, type ErrorCode} from './errors.ts'
import {answerJson} from './http.ts'
import {lookUpTargets} from './look-up.ts'
import type {StitchRequest} from './request.ts'
import type {Destination, Rules} from './rules.ts'
import {planTargets} from './targets.ts'
import type {Drop, Hop} from './trace.ts'

/** Times are milliseconds since the Unix epoch. */
export type RequestContext = LookupDeps & {
  readonly rules: Rules
  readonly hop: Hop
  readonly start: number
  readonly deadline: number
}

/**
 * Reads and answers at once. A failing or slow database is status `degraded` with 200, since a tag must not break;
 * `strict` makes it 503 or 504, and a negative 404. Throws Refusal for a single id that is wrong in itself.
 */
export async function answerSync(request: StitchRequest, context: RequestContext): Promise<Answered> {
  const {rules, clock, start} = context
  const {destination, requestId} = request
  const targets = planTargets(request, context, start)
  const destinations: readonly Destination[] = request.eventAttributes ? [destination, 'server'] : [destination]
  const outcomes = await lookUpTargets(targets, planShown(request, rules, destinations), context)
  const latencyMs = Math.round((clock.now() - start) * 10) / 10
  const options = {request, rules, destination, latencyMs}
  const judged = targets.map((target, index) => {
    const outcome = outcomes[index]!
    const one = judgeItem(target, outcome, options)
    if (!request.eventAttributes) return one
    return {...one, item: {...one.item, eventAttributes: listEventAttributes(target, outcome, options)}}
  })
  refuseSingle(request, judged)
  const items = judged.map(({item}) => item)
  const status = summarise(items)
  const strictCode = request.strict ? findStrictCode(judged) : undefined
  if (strictCode) throw new Refusal(strictCode)
  const body = request.batch ? {requestId, status, results: items} : {requestId, ...items[0]}
  return {
    response: answerJson(200, body),
    hop: {
      ok: status !== 'degraded',
      facts: {...describeRequest(request, items), status, http: 200, ...describeReasons(judged)},
      error: status === 'degraded' ? 'store_unavailable' : undefined,
      dropped: listLoggable(judged, request, rules),
    },
  }
}

function refuseSingle({batch}: StitchRequest, judged: readonly Judged[]): void {
  const error = judged[0]?.item.error
  if (!batch && error) throw new Refusal(error.code)
}

/** A strict batch fails only as a whole. */
function findStrictCode(judged: readonly Judged[]): ErrorCode | undefined {
  if (judged.some(({item}) => item.status === 'found')) return undefined
  const failed = judged.find(({item}) => item.status === 'degraded')
  if (!failed) return 'not_found'
  return failed.code === 'deadline_exceeded' ? 'deadline' : 'store_unavailable'
}

/** Facts of a request for its hop. */
export function describeRequest(request: StitchRequest, items: readonly Pick<Item, 'kind'>[]) {
  const kinds = [...new Set(items.flatMap(({kind}) => (kind === null ? [] : [kind])))].sort()
  return {
    requestId: request.requestId,
    kind: kinds.join('+'),
    mode: request.mode,
    destination: request.destination,
    ids: request.ids.length,
  }
}

/** Why ids got a negative answer, which the answer itself does not say. Codes only. */
function describeReasons(judged: readonly Judged[]) {
  const reasons = [...new Set(judged.flatMap(({reason, code}) => reason ?? code ?? []))].sort()
  return reasons.length > 0 ? {reason: reasons.join('+')} : {}
}

/** Drops once each, without names that only the caller gave: such a name could be anything. */
export function listLoggable(judged: readonly Judged[], request: StitchRequest, rules: Rules): readonly Drop[] {
  const found = new Map<string, Drop>()
  for (const {item, drops} of judged) {
    const known = new Set(item.kind === null ? [] : rules.known(item.kind).map((path) => path.join('.')))
    for (const drop of drops) {
      if (known.has(drop.attribute) || !request.fields?.includes(drop.attribute)) found.set(JSON.stringify(drop), drop)
    }
  }
  return [...found.values()].slice(0, 100)
}
