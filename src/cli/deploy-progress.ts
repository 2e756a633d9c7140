import type {DeployEvent} from '#runtime/deploy/plan/types.ts'

const REDRAW_MS = 250

export type DeployProgress = Disposable & {
  readonly emit: (event: DeployEvent) => void
  /** Takes the live line away, for what is written next. */
  readonly pause: () => void
}

type Running = {readonly title: string; readonly at: number; readonly text: string}

/**
 * What a deployment does, on stderr: a line for every finished change and every build's log, and where a person watches
 * one live line with what runs. Nothing where `show` is false.
 */
export function showDeployProgress(
  stream: NodeJS.WriteStream,
  {show, now}: {readonly show: boolean; readonly now: () => number},
): DeployProgress {
  if (!show) return {emit: () => undefined, pause: () => undefined, [Symbol.dispose]: () => undefined}
  const live = stream.isTTY && process.env['TERM'] !== 'dumb'
  const running = new Map<string, Running>()
  const links = new Set<string>()
  let place = {index: 0, total: 0}
  let drawn = false
  const erase = (): void => {
    if (drawn) stream.write('\r\u001b[2K')
    drawn = false
  }
  const draw = (): void => {
    if (!live || running.size === 0) return
    stream.write(`\r\u001b[2K${liveLine([...running.values()], place, now(), stream.columns ?? 80)}`)
    drawn = true
  }
  const timer = live ? setInterval(draw, REDRAW_MS).unref() : undefined
  return {
    emit: (event) => {
      const lines = finishedLines(event, links)
      if (lines.length > 0) erase()
      for (const line of lines) stream.write(`${line}\n`)
      if (event.type === 'phase') {
        running.clear()
        running.set('', {title: event.text, at: event.at, text: ''})
      } else if (event.type === 'step.started') {
        running.delete('')
        place = event
        running.set(event.id, {title: event.title, at: event.at, text: ''})
      } else if (event.type === 'step.progress') {
        const known = running.get(event.id)
        if (known) running.set(event.id, {...known, text: event.text})
      } else running.delete(event.id)
      draw()
    },
    pause: () => {
      running.delete('')
      erase()
    },
    [Symbol.dispose]: () => {
      clearInterval(timer)
      erase()
    },
  }
}

/** Lines that stay; a build's log is told once. Pure but for `links`, which remembers them. */
export function finishedLines(event: DeployEvent, links: Set<string>): readonly string[] {
  switch (event.type) {
    case 'step.done':
      return [`${event.symbol} ${event.title.padEnd(48)} ${seconds(event.durationMs)}`]
    case 'step.failed':
      return [`x ${event.title}`]
    case 'step.progress':
      if (event.link === undefined || links.has(event.link)) return []
      links.add(event.link)
      return [`  ${event.title}, ${event.text}: ${event.link}`]
    default:
      return []
  }
}

/** `[12/31] function stitch-lookup: building  34.0 s`, cut to the terminal's width. */
export function liveLine(
  running: readonly {readonly title: string; readonly at: number; readonly text: string}[],
  {index, total}: {readonly index: number; readonly total: number},
  now: number,
  columns: number,
): string {
  const since = Math.min(...running.map(({at}) => at))
  const what = running.map(({title, text}) => (text === '' ? title : `${title}: ${text}`)).join(', ')
  const count = total === 0 ? '' : `[${index}/${total}] `
  const tail = `  ${seconds(now - since)}`
  return `${count}${what}`.slice(0, Math.max(0, columns - 1 - tail.length)) + tail
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
