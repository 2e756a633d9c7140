import {createBus} from '#runtime/kernel/bus.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {annotate} from '#runtime/report/github.ts'
import {count} from '#runtime/report/text-verdict.ts'
import type {CheckedTemplates} from '#runtime/session/templates/check-templates.ts'
import {wrapCells} from '#runtime/trace/cells.ts'
import {paintLines, piece} from '#runtime/trace/lines.ts'
import type {Line, PaintOptions} from '#runtime/trace/lines.ts'
import {loadReporter, renderAll, writeStdout} from './output.ts'
import {argumentsOf} from './project.ts'
import type {Parsed} from './project.ts'
import {parseReportSpecs} from './report-spec.ts'
import type {ReportSpec} from './report-spec.ts'
import type {CommandContext} from './run-simulate.ts'
import {readTerminal} from './terminal.ts'
import {writeReports} from './write-reports.ts'

type CheckParsed = Parsed & {
  readonly flags: {readonly strict: boolean; readonly report?: string[] | undefined}
}

/** `stitch template check`: looks, tells, and sets the exit code. */
export async function runTemplateCheck({parsed, json, version}: CommandContext<CheckParsed>): Promise<unknown> {
  const {strict, report} = parsed.flags
  const specs = parseReportSpecs(report ?? [])
  const paths = argumentsOf(parsed)
  if (paths.length === 0) {
    throw new StitchError('No template was named, so nothing was checked.', {
      code: 'STITCH_USAGE',
      exit: 'usage',
      hints: ['stitch template check template.tpl'],
    })
  }
  const {checkTemplates} = await import('#runtime/session/templates/check-templates.ts')
  const bus = createBus(systemClock)
  const checked = await checkTemplates({paths, strict, version, bus, clock: systemClock})
  bus.close()
  if (!json && specs.every(({file}) => file !== undefined)) await writeStdout(renderCheck(checked, readTerminal()))
  await writeReports(specs, async (spec) => await renderReport(spec, checked, bus))
  process.exitCode = checked.exit
  return toDocument(checked)
}

function toDocument({templates, errors, warnings, exit}: CheckedTemplates): unknown {
  return {version: 1, command: 'template check', exit, errors, warnings, templates}
}

async function renderReport({format, file}: ReportSpec, checked: CheckedTemplates, bus: Bus): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toDocument(checked), null, 2)}\n`
    case 'text': {
      const terminal = readTerminal()
      return renderCheck(checked, {...terminal, color: terminal.color && file === undefined})
    }
    case 'github':
      return checked.templates
        .flatMap(({findings}) => findings)
        .map(({severity, rule, message, hint, at}) =>
          annotate(severity, {file: at.file, line: at.line, col: at.column, title: rule}, `${message}\n${hint}`),
        )
        .join('')
    default:
      return await renderAll(await loadReporter(format), bus, {})
  }
}

function renderCheck(
  {templates, errors, warnings, exit}: CheckedTemplates,
  style: PaintOptions & {readonly columns: number},
): string {
  const lines = templates.flatMap(({file, findings, reason}): readonly Line[] => {
    if (reason !== undefined) return [[piece(`${file}  not checked: ${reason}`, 'warn')], []]
    return findings.flatMap(({at, severity, rule, message, hint}): readonly Line[] => [
      [
        piece(`${at.file}:${at.line}:${at.column}`, 'strong'),
        piece(`  ${severity}`, severity === 'error' ? 'fail' : 'warn'),
        piece(`  ${rule}`, 'dim'),
      ],
      ...wrapCells(message.split('\n')[0] ?? '', style.columns - 2).map((text): Line => [piece(`  ${text}`)]),
      ...wrapCells(hint, style.columns - 8).map((text, index): Line => [
        piece(index === 0 ? '  try   ' : '        ', 'dim'),
        piece(text),
      ]),
      [],
    ])
  })
  const text = `${count(templates.length, 'template')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`
  const look = exit !== 0 ? 'fail' : errors + warnings > 0 ? 'warn' : 'pass'
  return paintLines([...lines, [piece(text, look)]], style)
}
