import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** An error will not work in Tag Manager, or not always; a warning is worth a look. */
export type Severity = 'error' | 'warning'

export type Rule =
  | 'invalid-template'
  | 'refused-code'
  | 'odd-file'
  | 'undocumented-method'
  | 'permission-missing'
  | 'permission-denied'
  | 'permission-unused'
  | 'permission-too-wide'
  | 'parameter-unused'
  | 'parameter-unknown'
  | 'dead-code'
  | 'unanswered-request'

/** One thing that is wrong with a template: a sentence, its place, and what can be done. */
export type Finding = {
  readonly rule: Rule
  readonly severity: Severity
  readonly message: string
  readonly hint: string
  readonly at: SourceLocation
}
