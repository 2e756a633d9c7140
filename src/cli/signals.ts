import {interrupted} from '#runtime/kernel/errors.ts'

/**
 * One AbortSignal for a whole command. The first SIGINT, SIGTERM or SIGHUP aborts it with a StitchError, so that all
 * that was opened is closed; a second one is left to Node, which ends the process at once.
 */
export function listenForInterrupts(): Disposable & {readonly signal: AbortSignal; readonly interrupt: () => void} {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = () => {
    for (const name of names) process.off(name, listener)
  }
  const stopWith = (name: string) => {
    stop()
    controller.abort(interrupted(name))
  }
  const listener = (name: NodeJS.Signals) => stopWith(name)
  for (const name of names) process.on(name, listener)
  return {
    signal: controller.signal,
    interrupt: () => stopWith('Quit'),
    [Symbol.dispose]: stop,
  }
}
