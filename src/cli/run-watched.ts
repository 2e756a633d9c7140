import {appendFile} from 'node:fs/promises'
import type {Bus} from '#runtime/kernel/bus.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {reportText} from '#runtime/report/text.ts'
import {toSummary} from '#runtime/report/summary.ts'
import {openScreen, type ScreenActions} from './open-screen.ts'
import {renderAll, startOutput, writeStdout} from './output.ts'
import type {ReportSpec} from './report-spec.ts'
import {readTerminal} from './terminal.ts'

export type WatchedOptions = {
  readonly bus: Bus
  readonly reports: readonly ReportSpec[]
  readonly events: string | undefined
  readonly json: boolean
  /** False with `--no-ui`. */
  readonly ui: boolean
  readonly mode: 'run' | 'dev'
  readonly actions: ScreenActions
}

/**
 * Runs `work` while reporters, event log and, where a person watches, the terminal UI read the same bus; none of them
 * can change the outcome. When the UI is gone, what it showed is left on the terminal as text.
 * @returns what `work` returned and the run's summary for `--json`.
 */
export async function runWatched(
  options: WatchedOptions,
  work: () => Promise<number>,
): Promise<{readonly exit: number; readonly summary: unknown}> {
  const {bus, reports, events, json, ui, mode, actions} = options
  const terminal = readTerminal()
  const style = {color: terminal.color, columns: terminal.columns, ascii: terminal.ascii, briefError: true}
  const stdoutIsFree = !json && reports.every(({file}) => file !== undefined)
  const onScreen = ui && stdoutIsFree && terminal.interactive
  await using output = await startOutput({
    bus,
    reports,
    events,
    stdout: stdoutIsFree && !onScreen ? reportText : undefined,
    style,
  })
  try {
    const exit = await runOnScreen(onScreen, {bus, mode, actions}, work)
    return {exit, summary: toSummary(foldEvents(bus.events))}
  } finally {
    // A run that was stopped is reported like any other; why it stopped is told by whoever catches the error.
    bus.close()
    await output.finish()
    if (onScreen && mode === 'run') await writeStdout(await renderAll(reportText, bus, style))
    if (reports.some(({format}) => format === 'github')) await appendStepSummary(bus)
  }
}

type OnScreen = Pick<WatchedOptions, 'bus' | 'mode' | 'actions'>

/** The screen is gone before anything else is written, also when the work throws. */
async function runOnScreen(
  show: boolean,
  {bus, mode, actions}: OnScreen,
  work: () => Promise<number>,
): Promise<number> {
  if (!show) return await work()
  await using _screen = await openScreen({bus, mode, actions})
  return await work()
}

/** GitHub shows this Markdown on the page of the workflow's run. */
async function appendStepSummary(bus: Bus): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY']
  if (!file) return
  const {reportGithubSummary} = await import('#runtime/report/github.ts')
  await appendFile(file, await renderAll(reportGithubSummary, bus, {}))
}
