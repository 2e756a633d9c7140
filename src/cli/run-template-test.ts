import {resolve} from 'node:path'
import {createBus} from '#runtime/kernel/bus.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import type {TestedTemplates} from '#runtime/session/templates/test-templates.ts'
import {loadReporter, renderAll, writeStdout} from './output.ts'
import {argumentsOf} from './project.ts'
import type {Parsed} from './project.ts'
import {parseReportSpecs} from './report-spec.ts'
import type {ReportSpec} from './report-spec.ts'
import {renderTemplateTests} from './render-template-tests.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'
import {readTerminal} from './terminal.ts'
import {writeReports} from './write-reports.ts'

type TestParsed = Parsed & {
  readonly flags: {
    readonly only?: string[] | undefined
    readonly 'gtm-compat': boolean
    readonly coverage: boolean
    readonly lcov?: string | undefined
    readonly report?: string[] | undefined
    readonly watch: boolean
  }
}

/** `stitch template test`: runs the tests, writes what was asked for, and sets the exit code of the verdict. */
export async function runTemplateTest({parsed, json, version}: CommandContext<TestParsed>): Promise<unknown> {
  const {flags} = parsed
  const specs = parseReportSpecs(flags.report ?? [])
  const paths = argumentsOf(parsed)
  if (paths.length === 0) throw noPath()
  using interrupts = listenForInterrupts()
  const {testTemplates} = await import('#runtime/session/templates/test-templates.ts')
  const runOnce = async (): Promise<TestedTemplates> => {
    const bus = createBus(systemClock)
    const mode = flags['gtm-compat'] ? 'gtm' : 'strict'
    const {signal} = interrupts
    const tested = await testTemplates({paths, only: flags.only ?? [], mode, version, bus, clock: systemClock, signal})
    bus.close()
    const stdoutIsFree = !json && specs.every(({file}) => file !== undefined)
    if (stdoutIsFree) await writeStdout(renderTemplateTests(tested, {...readTerminal(), coverage: flags.coverage}))
    await writeReports(specs, async (spec) => await renderReport(spec, tested, bus, flags.coverage))
    if (flags.lcov !== undefined) await writeLcov(flags.lcov, tested)
    process.exitCode = tested.exit
    return tested
  }
  if (!flags.watch) return toDocument(await runOnce(), flags.coverage)
  const {watchFiles} = await import('#runtime/session/watch-files.ts')
  const attempt = async (): Promise<void> => {
    try {
      await runOnce()
    } catch (error) {
      if (!(error instanceof StitchError) || interrupts.signal.aborted) throw error
      process.stderr.write(`${error.message}\n`)
    }
  }
  await attempt()
  for await (const _ of watchFiles(() => paths.map((path) => resolve(path)), interrupts.signal)) await attempt()
  throw interrupts.signal.reason
}

/** The text and the document are this command's own; the others are read from the log as those of any run. */
async function renderReport(
  {format, file}: ReportSpec,
  tested: TestedTemplates,
  bus: Bus,
  coverage: boolean,
): Promise<string> {
  if (format === 'json') return `${JSON.stringify(toDocument(tested, coverage), null, 2)}\n`
  const {color, columns, ascii} = readTerminal()
  if (format === 'text')
    return renderTemplateTests(tested, {color: color && file === undefined, columns, ascii, coverage})
  return await renderAll(await loadReporter(format), bus, {})
}

/** What `--json` prints. Fields are only ever added. */
function toDocument({templates, mode, passed, failed, durationMs, exit}: TestedTemplates, withLines: boolean): unknown {
  const verdict = exit === EXIT.ok ? 'passed' : exit === EXIT.failed ? 'failed' : 'invalid'
  return {
    version: 1,
    command: 'template test',
    mode: mode === 'gtm' ? 'gtm-compat' : 'strict',
    verdict,
    exit,
    durationMs: Math.round(durationMs),
    tests: {passed, failed},
    templates: templates.map(({coverage, ...template}) => {
      if (!coverage) return template
      const {file, statements, lines} = coverage
      return {...template, coverage: {file, statements, ...(withLines ? {lines} : {})}}
    }),
  }
}

async function writeLcov(file: string, {templates}: TestedTemplates): Promise<void> {
  const {renderLcov} = await import('#runtime/report/lcov.ts')
  const text = renderLcov(templates.flatMap(({coverage}) => coverage ?? []))
  await writeReports([{file}], () => Promise.resolve(text))
}

function noPath(): StitchError {
  return new StitchError('No template was named, so nothing was run.', {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch template test template.tpl'],
  })
}
