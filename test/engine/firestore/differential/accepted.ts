import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import type {Operation, Write} from './program.ts'
import type {Step} from './run-program.ts'

/** A difference between the embedded engine and Google's emulator that is meant to be there. */
export type Accepted = {
  readonly what: string
  /** Which of the two production agrees with, and who says so. */
  readonly production: string
  readonly is: (operation: Operation, embedded: Step, official: Step) => boolean
}

/** docs/conformance.md lists them for people, with those that the harness leaves out of the comparison. */
export const ACCEPTED: readonly Accepted[] = [
  {
    what: 'an array or a vector as an element that a transform appends to an array',
    production:
      'the embedded engine: an array cannot contain another array as one of its elements ' +
      '(https://firebase.google.com/docs/firestore/manage-data/data-types)',
    is: (operation, embedded) =>
      /Cannot convert (?:an array|a vector) value in an array value/.test(embedded.message) &&
      writesOf(operation).some(appendsNested),
  },
  {
    what: 'a query by names over all collections in a transaction, at which the emulator fails with UNKNOWN',
    production: 'the embedded engine: nothing is wrong with it',
    is: (operation, _, official) =>
      operation.kind === 'transaction' && (official.answers as {code?: number}[]).some(({code}) => code === 2),
  },
  {
    what: 'which of two mistakes of an aggregation is told',
    production: 'either: it is refused',
    is: (operation, embedded, official) =>
      operation.kind === 'aggregate' && new Set([3, 9, embedded.code, official.code]).size === 2,
  },
]

function writesOf(operation: Operation): readonly Write[] {
  return 'writes' in operation ? operation.writes : []
}

function appendsNested(write: Write): boolean {
  if (write.kind === 'delete') return false
  return write.transforms.some(
    (each) => each.kind === 'appendMissingElements' && each.values.some((value) => isNested(value)),
  )
}

/** Whether an element is, or has somewhere inside, an array or a vector that stands directly in an array. */
function isNested(value: Value, inArray = true): boolean {
  if (value.kind === 'array') return inArray || value.values.some((each) => isNested(each, true))
  if (value.kind !== 'map') return false
  if (value.fields.has('__type__')) return inArray
  return [...value.fields.values()].some((each) => isNested(each, false))
}
