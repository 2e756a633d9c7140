import type {Outcome} from '../outcome.ts'
import type {Given} from '../functions/parameters.ts'

/** Takes values one by one. An error that `add` returns is the result of the whole. */
export type Fold = {
  readonly add: (given: Given) => Outcome | undefined
  readonly result: () => Outcome
}
