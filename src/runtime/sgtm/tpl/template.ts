import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** The sections of a server template that mean something to a runtime; terms of service are read over. */
export type SectionName =
  | 'INFO'
  | 'TEMPLATE_PARAMETERS'
  | 'SANDBOXED_JS_FOR_SERVER'
  | 'SERVER_PERMISSIONS'
  | 'TESTS'
  | 'NOTES'

/** Something wrong or odd in a template file, at the place where a person has to look. */
export type Problem = {readonly section: SectionName | 'file'; readonly message: string; readonly at: SourceLocation}

/** `MACRO` is the file format's word for a variable. */
export type TemplateKind = 'CLIENT' | 'TAG' | 'MACRO'

/** Shown or sent along only while another parameter has, or has not, a value, or any value at all. */
export type Condition = {
  readonly paramName: string
  readonly paramValue: unknown
  /** `EQUALS`, `NOT_EQUALS` or `PRESENT`; what else a file may say always holds. */
  readonly type: string
}

/** What a value must be like; a template may name its own sentence for one that is not. */
export type Validator = {
  readonly type: string
  readonly args: readonly unknown[]
  readonly errorMessage?: string
  readonly enablingConditions?: readonly Condition[]
}

/** One row of the parameters form; groups, checkboxes and choices may hold further parameters. */
export type Parameter = {
  readonly type: string
  readonly name: string
  readonly displayName?: string
  readonly defaultValue?: unknown
  /** Text of several lines that arrives as a list of them. */
  readonly textAsList?: boolean
  /** An emptied field has the value '' rather than none. */
  readonly canBeEmptyString?: boolean
  /** Of a table's column: no two rows may have the same value. */
  readonly isUnique?: boolean
  readonly valueValidators?: readonly Validator[]
  readonly enablingConditions?: readonly Condition[]
  readonly subParams?: readonly Parameter[]
  /** Choices of SELECT and RADIO: their own parameters belong to the chosen value. */
  readonly items?: readonly {readonly value: unknown; readonly subParams: readonly Parameter[]}[]
  /** A chosen value may also be typed, as a variable is. */
  readonly macrosInSelect?: boolean
  /** Columns of SIMPLE_TABLE and PARAM_TABLE: rows arrive as objects with these keys. */
  readonly columns?: readonly Parameter[]
}

/** A declared permission with its parameters decoded from GTM's numbered value types. */
export type Permission = {readonly publicId: string; readonly params: Readonly<Record<string, unknown>>}

/** One test of a template's own; `line` is where its code begins in the file (1-based). */
export type TemplateScenario = {readonly name: string; readonly code: string; readonly line: number}

/** A `.tpl` file, read. */
export type Template = {
  readonly file: string
  readonly kind: TemplateKind
  readonly displayName: string
  readonly parameters: readonly Parameter[]
  /** `line` is the file's line of the code's first line (1-based). */
  readonly code: {readonly text: string; readonly line: number}
  readonly permissions: readonly Permission[]
  readonly tests: {readonly setup: string; readonly setupLine: number; readonly scenarios: readonly TemplateScenario[]}
  readonly notes: string
  readonly warnings: readonly Problem[]
}
