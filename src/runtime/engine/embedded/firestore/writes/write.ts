import type {FieldPath} from '../paths/field-path.ts'
import type {ResourceName} from '../paths/names.ts'
import type {Fields, Value} from '../values/value.ts'

/** What must hold for a write to be applied; times are microseconds since the epoch. */
export type Precondition =
  | {readonly kind: 'exists'; readonly exists: boolean}
  | {readonly kind: 'updateTime'; readonly updateTime: number}

/** A change the service computes from the stored value. */
export type FieldTransform = {readonly path: FieldPath} & (
  | {readonly kind: 'requestTime'}
  | {readonly kind: 'increment' | 'maximum' | 'minimum'; readonly operand: Value}
  | {readonly kind: 'append' | 'remove'; readonly elements: readonly Value[]}
)

/** One write of a Commit, BatchWrite or single-document call, checked as far as it can be without the store. */
export type Write = {
  readonly name: string
  readonly target: ResourceName
  readonly precondition: Precondition | undefined
} & (
  | {readonly kind: 'delete'}
  | {
      readonly kind: 'update'
      readonly fields: Fields
      /** Absent: the document is replaced. Present: only these paths change; those without a value are removed. */
      readonly mask: readonly FieldPath[] | undefined
      readonly transforms: readonly FieldTransform[]
    }
)
