import type {Bus} from '#runtime/kernel/bus.ts'

const BAR_CELLS = 24
/** Shorter work than this, in milliseconds, shows no bar. */
const QUIET_MS = 400
const REDRAW_MS = 100

/**
 * A progress bar with rate and time left on stderr, while a person watches long work; gone without a trace when it is
 * disposed of. Without a terminal nothing is written.
 */
export function showSeedProgress(bus: Bus, {show}: {readonly show: boolean}): Disposable {
  const stream = process.stderr
  if (!show || !stream.isTTY || process.env['TERM'] === 'dumb') return {[Symbol.dispose]: () => undefined}
  let began: number | undefined
  let drawn = 0
  const stop = bus.subscribe((event) => {
    if (event.type !== 'seed.progress') return
    began ??= event.at
    if (event.at - began < QUIET_MS || event.at - drawn < REDRAW_MS) return
    drawn = event.at
    stream.write(`\r\u001b[2K${progressLine(event.done, event.total, event.at - began)}`)
  })
  return {
    [Symbol.dispose]: () => {
      stop()
      if (drawn > 0) stream.write('\r\u001b[2K')
      drawn = 0
    },
  }
}

/** `████░░░░ 1,200 of 10,000  8,400/s  1 s left`; times in milliseconds. */
export function progressLine(done: number, total: number, elapsedMs: number): string {
  const filled = total === 0 ? BAR_CELLS : Math.floor((done / total) * BAR_CELLS)
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0
  const left = perSecond > 0 ? Math.ceil((total - done) / perSecond) : undefined
  const count = (value: number) => Math.round(value).toLocaleString('en')
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled)
  return `${bar} ${count(done)} of ${count(total)}  ${count(perSecond)}/s${left === undefined ? '' : `  ${count(left)} s left`}`
}
