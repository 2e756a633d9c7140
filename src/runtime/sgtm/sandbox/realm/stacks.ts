/* oxlint-disable typescript/unbound-method -- Methods are taken from prototypes on purpose, before those are pruned, and only ever applied. */
/**
 * Writes stacks of the realm's errors by itself. Otherwise Node would hand the realm's frames to whatever function the
 * process has as `Error.prepareStackTrace`. Only label, line and column are written: nothing about the machine.
 * Sent into the realm as text: it may use nothing from around it.
 */
export function writeOwnStacks(): void {
  const {Error, Reflect, String} = globalThis
  const {apply} = Reflect
  const {startsWith} = String.prototype
  const begins = (text: string, start: string): unknown =>
    apply(startsWith as (...args: unknown[]) => unknown, text, [start])
  Error.stackTraceLimit = 20
  Error.prepareStackTrace = (error, frames) => {
    let stack = `${error.name}: ${error.message}`
    for (let index = 0; index < frames.length; index++) {
      const frame = frames[index]!
      const file = String(apply(frame.getFileName, frame, []))
      const isTemplate = begins(file, 'template:') || begins(file, 'test:')
      if (isTemplate)
        stack += `\n    at ${file}:${apply(frame.getLineNumber, frame, [])}:${apply(frame.getColumnNumber, frame, [])}`
    }
    return stack
  }
}
