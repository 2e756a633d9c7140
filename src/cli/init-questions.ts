import type {Told} from '#runtime/init/types.ts'

/** Questions to the person at the terminal; where there is none, every answer is missing. */
export type Questions = Disposable & {
  /** Asks until the answer has no fault or is empty. */
  readonly ask: (text: string, faultOf: (value: string) => string | undefined) => Promise<Told<string> | undefined>
}

/** Asks on stderr, so that stdout is the result alone. Ctrl-C and the end of input mean here what they mean elsewhere. */
export async function openQuestions({
  ask,
  signal,
}: {
  readonly ask: boolean
  readonly signal: AbortSignal
}): Promise<Questions> {
  if (!ask || !process.stdin.isTTY || !process.stderr.isTTY) {
    return {ask: async () => undefined, [Symbol.dispose]: () => undefined}
  }
  const {createInterface} = await import('node:readline/promises')
  const terminal = createInterface({input: process.stdin, output: process.stderr})
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const ended = new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''))
  })
  const question = async (text: string): Promise<string> => {
    try {
      return (await Promise.race([terminal.question(`${text}: `, {signal}), ended])).trim()
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  }
  return {
    async ask(text, faultOf) {
      for (;;) {
        const value = await question(text)
        if (value === '') return undefined
        const fault = faultOf(value)
        if (fault === undefined) return {value, from: 'answer'}
        process.stderr.write(`${fault}.\n`)
      }
    },
    [Symbol.dispose]: () => terminal.close(),
  }
}
