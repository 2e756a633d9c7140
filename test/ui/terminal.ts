import {EventEmitter} from 'node:events'

/** A terminal of a given size that keeps what was written, and a keyboard to press. */
export type FakeTerminal = {
  readonly stdout: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
  readonly written: () => string
  readonly type: (keys: string) => void
  readonly resize: (columns: number, rows: number) => void
  readonly isRaw: () => boolean
}

/** As much of two TTY streams as ink uses. */
export function createTerminal(columns: number, rows: number): FakeTerminal {
  let written = ''
  let raw = false
  let waiting: string | null = null
  const output = Object.assign(new EventEmitter(), {
    columns,
    rows,
    isTTY: true,
    hasColors: () => false,
    write: (text: string, ...rest: unknown[]) => {
      written += text
      const done = rest.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
      if (done) queueMicrotask(done)
      return true
    },
  })
  const input = Object.assign(new EventEmitter(), {
    isTTY: true,
    setEncoding: () => {},
    setRawMode: (mode: boolean) => {
      raw = mode
    },
    resume: () => {},
    pause: () => {},
    ref: () => {},
    unref: () => {},
    unshift: () => {},
    read: () => {
      const text = waiting
      waiting = null
      return text
    },
  })
  return {
    stdout: output as unknown as NodeJS.WriteStream,
    stdin: input as unknown as NodeJS.ReadStream,
    written: () => written,
    type: (keys) => {
      waiting = keys
      input.emit('readable')
    },
    resize: (toColumns, toRows) => {
      Object.assign(output, {columns: toColumns, rows: toRows})
      output.emit('resize')
    },
    isRaw: () => raw,
  }
}
