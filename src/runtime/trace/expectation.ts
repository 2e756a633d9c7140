/** What is expected of one set of attributes, whoever receives them. */
export type ReceivedExpectation = {
  /** Is contained in what is received, at any depth; arrays must be equal. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  /** Equals what is received: nothing more may be there. */
  readonly exactAttributes?: Readonly<Record<string, unknown>> | undefined
  /** Dotted paths that must not be there, at any depth. */
  readonly absent?: readonly string[] | undefined
}

type ResultExpectation = ReceivedExpectation & {
  readonly status?: string | undefined
  readonly kind?: string | null | undefined
}

/** What a step of a scenario can be checked for; what is not named is not checked. */
export type Expectation = ResultExpectation & {
  /** HTTP status of the answer. */
  readonly http?: number | undefined
  /** `error.code` of the answer's body. */
  readonly error?: string | undefined
  /** One per id of a batch, in its order. */
  readonly results?: readonly ResultExpectation[] | undefined
  /** Name of an earlier step that was answered the same but for the request id and the time it took. */
  readonly sameAs?: string | undefined
  readonly hops?: readonly string[] | undefined
  readonly callback?: boolean | (ReceivedExpectation & {readonly status?: string | undefined}) | undefined
  readonly tag?: string | readonly string[] | undefined
  /** The container's own event. */
  readonly event?: (ReceivedExpectation & {readonly name?: string | undefined}) | undefined
  readonly vendor?:
    | {
        readonly url?: string | undefined
        readonly body?: Readonly<Record<string, unknown>> | undefined
        readonly absent?: readonly string[] | undefined
      }
    | undefined
  /** Attributes that were held back. */
  readonly dropped?: readonly string[] | undefined
  /** How often Pub/Sub delivered the message. */
  readonly deliveries?: number | undefined
  /** How often the container ran for the request. */
  readonly runs?: number | undefined
}

/** A settled expectation: the sentence stands alone, `expected` and `actual` are short texts. */
export type Settled = {
  readonly check: string
  readonly passed: boolean
  readonly expected?: string
  readonly actual?: string
}

/** Longest text of an expected or actual value in a check. */
const LONGEST = 400

/** A value in one line of JSON, cut where it is long; `nothing` for undefined. */
export function showValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** A check with its two sides; equal sides are still shown, so that a report can say what was seen. */
export function settle(check: string, passed: boolean, expected: unknown, actual: unknown): Settled {
  const text = (value: unknown): string => (typeof value === 'string' ? value : showValue(value))
  return {check, passed, expected: text(expected), actual: text(actual)}
}
