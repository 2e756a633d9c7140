import fc from 'fast-check'

/** How the subscription of a history is made. Durations in seconds. */
export type Rules = {
  readonly ordered: boolean
  readonly filtered: boolean
  readonly minimumBackoff: number | undefined
  readonly deadLetter: boolean
}

/** What happens; `ago` 0 means the lease that was given last, 1 the one before, whether they are still held or not. */
export type Event =
  | {readonly kind: 'publish'; readonly key: string; readonly wanted: boolean; readonly count: number}
  | {readonly kind: 'pull'; readonly most: number}
  | {readonly kind: 'acknowledge' | 'give back'; readonly ago: number}
  | {readonly kind: 'extend'; readonly ago: number; readonly seconds: number}
  | {readonly kind: 'wait'; readonly seconds: number}

export type History = {readonly rules: Rules; readonly events: readonly Event[]}

export const ACK_DEADLINE_S = 20
export const MAXIMUM_BACKOFF_S = 60
export const MOST_ATTEMPTS = 5

const ago = fc.nat({max: 6})
const kind = <T extends string>(name: T) => fc.constant(name)
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('publish'),
      key: fc.constantFrom('', 'k', 'k', 'l'),
      wanted: fc.boolean(),
      count: fc.integer({min: 1, max: 3}),
    }),
  },
  {weight: 5, arbitrary: fc.record({kind: kind('pull'), most: fc.constantFrom(1, 2, 100)})},
  {weight: 2, arbitrary: fc.record({kind: kind('acknowledge'), ago})},
  {weight: 5, arbitrary: fc.record({kind: kind('give back'), ago})},
  {weight: 1, arbitrary: fc.record({kind: kind('extend'), ago, seconds: fc.constantFrom(1, 15, 300)})},
  {weight: 3, arbitrary: fc.record({kind: kind('wait'), seconds: fc.constantFrom(1, 5, 10, 20, 40)})},
)

export const history: fc.Arbitrary<History> = fc.record({
  rules: fc.record({
    ordered: fc.boolean(),
    filtered: fc.boolean(),
    minimumBackoff: fc.constantFrom(undefined, 10),
    deadLetter: fc.boolean(),
  }),
  events: fc.array(event, {minLength: 1, maxLength: 60, size: 'max'}),
})
