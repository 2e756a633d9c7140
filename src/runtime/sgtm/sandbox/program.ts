import type {SourceLocation} from '#runtime/kernel/errors.ts'

/** Sandboxed JavaScript as it stands in a file. */
export type Source = {
  readonly file: string
  readonly text: string
  /** The file's line of the code's first line (1-based). */
  readonly line: number
  /** Names that the code may use beside its own: the parameters of the function whose body it is. */
  readonly parameters: readonly string[]
  /** Names that the runtime offers around that function, `require` first of all. */
  readonly offered: readonly string[]
}

/** Why code is refused, or merely looked at twice, with the lines around the place. */
export type Objection = {readonly message: string; readonly at: SourceLocation; readonly excerpt: string}

/** Text to insert at an offset of the source; of two at one offset the earlier comes first. */
export type Insertion = {readonly offset: number; readonly text: string}

/** Code that was accepted, with step counting woven in; compiled once per realm, started once per run. */
export type Program = {
  /** Names the program in stack traces; unlike a path it says nothing about the machine. */
  readonly label: string
  readonly source: Source
  /** An expression: a function of the meter and the offered names that returns the template's function. */
  readonly text: string
  /** The file's line of the expression's first line, so that stack traces count as the file does. */
  readonly firstLine: number
  /** Gives the column in the file (1-based) for one in the instrumented text. */
  readonly originalColumn: (line: number, column: number) => number
  /** Offsets in the source of the statements that are counted, by their number; empty where nothing counts. */
  readonly statements: readonly number[]
  readonly warnings: readonly Objection[]
}
