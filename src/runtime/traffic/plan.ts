/** What a caller asks, in the words of the request fixtures; quotes of earlier answers are filled in already. */
export type Wish = {
  /** Absent: once as GET and once as POST. */
  readonly method?: 'GET' | 'POST' | undefined
  readonly path?: string | undefined
  /** Several values are sent as a repeated parameter (GET) or as an array (POST). */
  readonly id?: string | readonly string[] | undefined
  readonly ids?: readonly string[] | undefined
  readonly kind?: string | undefined
  readonly fields?: readonly string[] | undefined
  readonly mode?: 'sync' | 'async' | undefined
  readonly requestId?: string | undefined
  readonly strict?: boolean | undefined
  readonly types?: 1 | undefined
  /** An id token as it is sent. */
  readonly idToken?: string | undefined
  /** Sent by POST in place of what the fields above give: a string goes out as it is, anything else as JSON. */
  readonly body?: unknown
  /** Further query parameters. */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type TrafficStep = {
  readonly scenario: string
  readonly step: string
  readonly title: string
  readonly request: Wish
}

/** A step with its method decided. */
export type PlannedStep = TrafficStep & {
  readonly request: Wish & {readonly method: 'GET' | 'POST'}
  readonly mode: 'sync' | 'async'
}

/** One pass through all steps. Rounds do not depend on each other; the steps of one are sent in their order. */
export type Round = readonly PlannedStep[]

/**
 * Which request is sent in which order: every step, `repeat` times over. A step without a method becomes two, whose
 * titles say which is which, as they do for rounds.
 */
export function planTraffic(
  steps: readonly TrafficStep[],
  {repeat = 1}: {readonly repeat?: number} = {},
): readonly Round[] {
  return Array.from({length: repeat}, (_, round) => steps.flatMap((step) => planStep(step, round, repeat)))
}

function planStep(step: TrafficStep, round: number, rounds: number): readonly PlannedStep[] {
  const {method, mode = 'sync'} = step.request
  return (method ? [method] : (['GET', 'POST'] as const)).map((each) => {
    const suffixes = [...(method ? [] : [each]), ...(rounds > 1 ? [`round ${round + 1} of ${rounds}`] : [])]
    return {...step, mode, title: [step.title, ...suffixes].join(', '), request: {...step.request, method: each}}
  })
}
