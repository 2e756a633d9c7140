import {StitchError} from '#runtime/kernel/errors.ts'

export type ConfirmOptions = {
  readonly yes: boolean
  readonly json: boolean
  /** What is asked, without the question mark's hint: `Make these changes in my-project?` */
  readonly question: string
  /** What must be typed; undefined takes y or yes. */
  readonly word?: string | undefined
  /** What to type to go on without a question. */
  readonly unasked: string
  readonly signal: AbortSignal
}

/**
 * Asks on stderr, where there is a person to ask. Throws STITCH_NOT_CONFIRMED where there is none and nobody said --yes,
 * or where the answer is another one.
 */
export async function confirmChanges(options: ConfirmOptions): Promise<void> {
  const {yes, json, question, word, unasked, signal} = options
  if (yes) return
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new StitchError('Nobody can be asked here and --yes was not given, so nothing was changed.', {
      code: 'STITCH_NOT_CONFIRMED',
      exit: 'usage',
      hints: [unasked],
    })
  }
  const {createInterface} = await import('node:readline/promises')
  using terminal = createInterface({input: process.stdin, output: process.stderr})
  // The terminal keeps Ctrl-C for itself; here it means what it means everywhere else.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const how = word === undefined ? '[y/N] ' : `Type ${word} to go on: `
  const answer = (await ask(terminal, `${question} ${how}`, signal)).trim()
  if (word === undefined ? /^y(es)?$/i.test(answer) : answer === word) return
  throw new StitchError('The changes were not confirmed, so nothing was changed.', {
    code: 'STITCH_NOT_CONFIRMED',
    exit: 'usage',
  })
}

/** The end of input is an empty answer; an interruption rejects with its own words. */
async function ask(
  terminal: {question: (text: string, options: {signal: AbortSignal}) => Promise<string>} & NodeJS.EventEmitter,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await Promise.race([
      terminal.question(text, {signal}),
      new Promise<string>((resolve) => {
        terminal.once('close', () => resolve(''))
      }),
    ])
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}
