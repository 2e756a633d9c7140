import type {Bus} from '#runtime/kernel/bus.ts'
import type {RunEvent} from '#runtime/kernel/events.ts'
import type {Reporter, ReportOptions} from '#runtime/report/reporter.ts'
import type {ReportFormat, ReportSpec} from './report-spec.ts'
import {openOutputFile} from './output-file.ts'

export type OutputOptions = {
  readonly bus: Bus
  readonly reports: readonly ReportSpec[]
  /** File of the event log. */
  readonly events: string | undefined
  /** What is written to stdout while the run goes on; undefined where a UI or `--json` has it. */
  readonly stdout: Reporter | undefined
  readonly style: ReportOptions
}

/** The readers of a run's log, all started before the run. */
export type Output = AsyncDisposable & {
  /** Waits until every reader has read the closed log and every file is in its place. */
  readonly finish: () => Promise<void>
}

/** Starts one reader per report on the bus. Throws STITCH_OUTPUT_NOT_WRITABLE before anything was run. */
export async function startOutput({bus, reports, events, stdout, style}: OutputOptions): Promise<Output> {
  await using opening = new AsyncDisposableStack()
  const readers: Promise<void>[] = []
  const specs: readonly ReportSpec[] = events === undefined ? reports : [...reports, {format: 'ndjson', file: events}]
  for (const {format, file} of specs) {
    const reporter = await loadReporter(format)
    if (file === undefined) {
      readers.push(pump(reporter(bus, style), writeStdout))
      continue
    }
    const target = opening.use(await openOutputFile(file, {live: format === 'ndjson'}))
    readers.push(pump(reporter(bus, {...style, color: false, briefError: false}), target.write).then(target.finish))
  }
  if (stdout) readers.push(pump(stdout(bus, style), writeStdout))
  // A reader that fails is told at the end; until then it must not count as an unhandled rejection.
  const all = Promise.all(readers)
  all.catch(() => undefined)
  const opened = opening.move()
  return {
    finish: async () => {
      await all
    },
    [Symbol.asyncDispose]: async () => {
      bus.close()
      await Promise.allSettled(readers)
      await opened.disposeAsync()
    },
  }
}

/** The reporter of a format, loaded only where it is asked for. */
export async function loadReporter(format: ReportFormat): Promise<Reporter> {
  switch (format) {
    case 'text':
      return (await import('#runtime/report/text.ts')).reportText
    case 'json':
      return (await import('#runtime/report/json.ts')).reportJson
    case 'ndjson':
      return (await import('#runtime/report/ndjson.ts')).reportNdjson
    case 'junit':
      return (await import('#runtime/report/junit.ts')).reportJunit
    case 'html':
      return (await import('#runtime/report/html.ts')).reportHtml
    case 'github':
      return (await import('#runtime/report/github.ts')).reportGithub
    default:
      return format satisfies never
  }
}

/** Reads a whole log that is already closed into one text. */
export async function renderAll(
  reporter: Reporter,
  bus: AsyncIterable<RunEvent>,
  style: ReportOptions,
): Promise<string> {
  let text = ''
  for await (const part of reporter(bus, style)) text += part
  return text
}

async function pump(parts: AsyncIterable<string>, write: (text: string) => Promise<void>): Promise<void> {
  for await (const part of parts) await write(part)
}

/** Honours back-pressure, so that a slow pipe slows the writer and not the memory; a reader that has gone is no error. */
export async function writeStdout(text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}
