import {isDeepStrictEqual} from 'node:util'
import {contains, findPath, valueAt, withoutPassing} from './compare.ts'
import {settle, showValue} from './expectation.ts'
import type {Expectation, ReceivedExpectation, Settled} from './expectation.ts'
import {hopNames, missingHops} from './hops.ts'
import {answerOf, attributesOf, observe} from './observe.ts'
import type {Answer} from './observe.ts'
import type {RequestView} from './view.ts'

export type CheckInput = {
  readonly request: RequestView
  /** What the client was answered; by default what the log says. */
  readonly answer?: Answer | undefined
  /** The answers of earlier steps by name, for `sameAs`. */
  readonly earlier?: ReadonlyMap<string, Answer>
  /** The body of the callback as the container received it, where the log has no exchange of it. */
  readonly callback?: unknown
  /** The event the container ran with, where it was captured: `{name, attributes}`. */
  readonly event?: {readonly name: string; readonly attributes: unknown} | undefined
}

/** Attributes as one party received them. `whole` is searched for what must be absent, as a leak can lie anywhere. */
function checkReceived(who: string, expected: ReceivedExpectation, attributes: unknown, whole: unknown): Settled[] {
  const settled = Object.entries(expected.attributes ?? {}).map(([name, value]) => {
    const actual = valueAt(attributes, name)
    return settle(`${who} has the attribute ${name}`, contains(actual, value), showValue(value), showValue(actual))
  })
  if (expected.exactAttributes) {
    const same = isDeepStrictEqual(attributes, expected.exactAttributes)
    const sides = [showValue(expected.exactAttributes), showValue(attributes)] as const
    settled.push(settle(`${who} has exactly the expected attributes`, same, ...sides))
  }
  for (const path of expected.absent ?? []) {
    const found = findPath(whole, path)
    settled.push(
      settle(
        `${who} holds no ${path}`,
        found === undefined,
        'nothing',
        found === undefined ? 'nothing' : `at ${found}`,
      ),
    )
  }
  return settled
}

type ResultLike = ReceivedExpectation & Pick<Expectation, 'status' | 'kind'>

function checkResult(who: string, expected: ResultLike, body: unknown): Settled[] {
  const settled: Settled[] = []
  for (const field of ['status', 'kind'] as const) {
    if (expected[field] === undefined) continue
    const actual = valueAt(body, field)
    settled.push(
      settle(`${who} has ${field} ${expected[field] ?? 'null'}`, actual === expected[field], expected[field], actual),
    )
  }
  return [...settled, ...checkReceived(who, expected, attributesOf(body), body)]
}

function checkAnswer(expected: Expectation, answer: Answer | undefined): Settled[] {
  const body = answer?.body
  const settled: Settled[] = []
  if (expected.http !== undefined) {
    settled.push(
      settle(
        `answer has HTTP status ${expected.http}`,
        answer?.status === expected.http,
        expected.http,
        answer?.status,
      ),
    )
  }
  if (expected.error !== undefined) {
    const code = valueAt(body, 'error', 'code')
    settled.push(settle(`answer has error ${expected.error}`, code === expected.error, expected.error, code))
  }
  settled.push(...checkResult('answer', expected, body))
  if (expected.results) {
    const found = valueAt(body, 'results')
    const results: readonly unknown[] = Array.isArray(found) ? found : []
    const wanted = expected.results.length
    settled.push(settle(`answer has ${wanted} results`, results.length === wanted, wanted, results.length))
    settled.push(
      ...expected.results.flatMap((result, index) => checkResult(`result ${index + 1}`, result, results[index])),
    )
  }
  return settled
}

function checkSame(step: string, answer: Answer | undefined, earlier: CheckInput['earlier']): Settled {
  const other = earlier?.get(step)
  const sides = [withoutPassing(other?.body), withoutPassing(answer?.body)] as const
  const passed = other !== undefined && other.status === answer?.status && isDeepStrictEqual(...sides)
  const show = (side: Answer | undefined, body: unknown): string =>
    side ? `${side.status} ${showValue(body)}` : 'no answer'
  return settle(`answer is the same as of step ${step}`, passed, show(other, sides[0]), show(answer, sides[1]))
}

function checkPath(expected: Expectation, {request, event, callback}: CheckInput): Settled[] {
  const seen = observe(request)
  const settled: Settled[] = []
  if (expected.hops) {
    const missing = missingHops(request, expected.hops)
    const made = hopNames(request).join(', ')
    settled.push(
      settle(`request passes ${expected.hops.join(', ')}`, missing.length === 0, expected.hops.join(', '), made),
    )
  }
  if (expected.callback !== undefined) {
    const wanted = expected.callback !== false
    const says = (received: boolean): string => (received ? 'a callback' : 'no callback')
    const check = wanted ? 'worker called back' : 'nobody called back'
    settled.push(settle(check, seen.callback.received === wanted, says(wanted), says(seen.callback.received)))
    if (typeof expected.callback === 'object')
      settled.push(...checkResult('callback', expected.callback, callback ?? seen.callback.body))
  }
  for (const tag of [expected.tag ?? []].flat()) {
    settled.push(settle(`tag ${tag} fires`, seen.tags.includes(tag), tag, seen.tags.join(', ') || 'no tag'))
  }
  if (expected.event) {
    const {name, ...received} = expected.event
    if (name !== undefined)
      settled.push(settle(`container runs with the event ${name}`, event?.name === name, name, event?.name))
    settled.push(...checkReceived('event', received, event?.attributes, event))
  }
  if (expected.vendor) settled.push(...checkVendor(expected.vendor, seen.vendor))
  settled.push(...checkCounts(expected, request))
  for (const attribute of expected.dropped ?? []) {
    const passed = seen.dropped.includes(attribute)
    settled.push(settle(`${attribute} is held back`, passed, attribute, seen.dropped.join(', ') || 'nothing'))
  }
  return settled
}

function checkCounts({deliveries, runs}: Expectation, request: RequestView): Settled[] {
  const ran = hopNames(request).filter((name) => name === 'container').length
  return [
    ...(deliveries === undefined
      ? []
      : [
          settle(
            `message is delivered ${deliveries} times`,
            request.deliveries === deliveries,
            deliveries,
            request.deliveries,
          ),
        ]),
    ...(runs === undefined ? [] : [settle(`container runs ${runs} times`, ran === runs, runs, ran)]),
  ]
}

type Captured = ReturnType<typeof observe>['vendor']

function checkVendor({url = '', body, absent}: NonNullable<Expectation['vendor']>, captured: Captured): Settled[] {
  const reached = captured.filter((request) => request.url.startsWith(url))
  const best = reached.find((request) => contains(request.body, body ?? {})) ?? reached[0]
  const urls = captured.map((request) => request.url).join(', ') || 'no request'
  return [
    settle(`vendor receives a request${url && ` at ${url}`}`, best !== undefined, url || 'a request', urls),
    ...(body
      ? [
          settle(
            'vendor receives the expected body',
            contains(best?.body, body),
            showValue(body),
            showValue(best?.body),
          ),
        ]
      : []),
    ...checkReceived(
      'vendor',
      {absent},
      undefined,
      reached.map((request) => request.body),
    ),
  ]
}

/** Settles what a step expects of its request, each expectation by itself and in words that stand alone. */
export function checkRequest(expected: Expectation, input: CheckInput): readonly Settled[] {
  const answer = input.answer ?? answerOf(input.request)
  return [
    ...checkAnswer(expected, answer),
    ...(expected.sameAs === undefined ? [] : [checkSame(expected.sameAs, answer, input.earlier)]),
    ...checkPath(expected, input),
  ]
}
