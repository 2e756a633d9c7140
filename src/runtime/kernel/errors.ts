/** One exit code per kind of answer a caller needs. 0, 1 and 130 are verdicts; the others say who must act. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  config: 4,
  deploy: 5,
  bug: 70,
  interrupted: 130,
} as const

export type ExitKind = keyof typeof EXIT

/** A place in a file of the user's, 1-based. */
export type SourceLocation = {readonly file: string; readonly line: number; readonly column: number}

export type StitchErrorOptions = {
  /** Closed, upper-case, stable: scripts and tests compare it (`STITCH_PORT_TAKEN`). */
  readonly code: `STITCH_${string}`
  readonly exit: ExitKind
  /** What to do next, each a line that can be pasted or acted on. */
  readonly hints?: readonly string[]
  readonly at?: SourceLocation
  readonly cause?: unknown
}

/**
 * Foreseen trouble: one sentence that says what is the case and therefore what did not happen.
 * Anything that is thrown and is not a StitchError is a bug of ours and is shown as one (exit 70).
 */
export class StitchError extends Error {
  override readonly name = 'StitchError'
  readonly code: `STITCH_${string}`
  readonly exit: ExitKind
  readonly hints: readonly string[]
  readonly at: SourceLocation | undefined

  constructor(message: string, options: StitchErrorOptions) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.code = options.code
    this.exit = options.exit
    this.hints = options.hints ?? []
    this.at = options.at
  }

  /** The shape of `--json` errors: code, message, hints, exit code, place and the cause's message. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      hints: this.hints,
      exit: EXIT[this.exit],
      ...(this.at ? {at: this.at} : {}),
      ...(this.cause instanceof Error ? {cause: this.cause.message} : {}),
    }
  }
}

/** The person pressed Ctrl-C, or the terminal went away: everything was closed and nothing more was done. */
export function interrupted(signalName: string): StitchError {
  return new StitchError(`${signalName} received, so the run was stopped and everything it started was closed.`, {
    code: 'STITCH_INTERRUPTED',
    exit: 'interrupted',
  })
}
