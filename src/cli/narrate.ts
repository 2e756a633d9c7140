import type {Bus} from '#runtime/kernel/bus.ts'

/** Tells warnings and errors of the stages on stderr, for commands that show no log of their own; disposing stops it. */
export function narrateWarnings(bus: Bus): Disposable {
  const stop = bus.subscribe((event) => {
    if (event.type !== 'log.line' || event.trace !== undefined) return
    if (event.level === 'warn' || event.level === 'error') process.stderr.write(`${event.text}\n`)
  })
  return {[Symbol.dispose]: stop}
}
