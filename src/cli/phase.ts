/** What goes on, in one line that is written over where a person watches, and not at all elsewhere. */
export type Phase = Disposable & {readonly tell: (text: string) => void}

const PAUSE_MS = 100
const CLEAR_LINE = '\r\u001B[2K'

/** Shows phases on a stream; disposing takes the line away, and doing so twice is harmless. */
export function showPhase(stream: NodeJS.WriteStream, {show}: {readonly show: boolean}): Phase {
  if (!show || !stream.isTTY) return {tell: () => undefined, [Symbol.dispose]: () => undefined}
  let shownAt = 0
  let isShown = false
  return {
    tell: (text) => {
      const now = performance.now()
      if (isShown && now - shownAt < PAUSE_MS) return
      shownAt = now
      isShown = true
      stream.write(`${CLEAR_LINE}${text.slice(0, stream.columns - 1)}`)
    },
    [Symbol.dispose]: () => {
      if (isShown) stream.write(CLEAR_LINE)
      isShown = false
    },
  }
}
