import {formatDuration} from '#runtime/trace/durations.ts'
import {allChecks} from '#runtime/trace/fold.ts'
import {spentOn} from '#runtime/trace/request-lines.ts'
import type {CheckView, RequestView, RunView} from '#runtime/trace/view.ts'
import {foldAll} from './fold-all.ts'
import type {Reporter} from './reporter.ts'
import {subjectOf, verdictText} from './text-verdict.ts'

const escapes: Readonly<Record<string, string>> = {'%': '%25', '\r': '%0D', '\n': '%0A', ':': '%3A', ',': '%2C'}
const escapeMessage = (text: string): string => text.replaceAll(/[%\r\n]/g, (character) => escapes[character] ?? '')
const escapeProperty = (text: string): string => text.replaceAll(/[%\r\n:,]/g, (character) => escapes[character] ?? '')

/** Control characters but for line breaks. */
const CONTROLS = /(?!\n)\p{Cc}/gu

/** One workflow command (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands). */
export function annotate(
  level: 'error' | 'warning',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${level} ${pairs.join(',')}::${escapeMessage(message.replaceAll(CONTROLS, ' '))}\n`
}

function annotateCheck(check: CheckView, view: RunView): string {
  const place = check.at ? {file: check.at.file, line: check.at.line, col: check.at.column} : {}
  const sides = `expected ${check.expected ?? 'nothing'}\nactual ${check.actual ?? 'nothing'}`
  return annotate('error', {...place, title: subjectOf(check, view)}, `${check.check}\n${sides}`)
}

/** An annotation per failed check, at its line in the scenario, and one for the error that stopped the run. */
export const reportGithub: Reporter = async function* (events) {
  const view = await foldAll(events)
  for (const check of allChecks(view)) if (!check.passed) yield annotateCheck(check, view)
  for (const request of view.requests) {
    if (request.error !== undefined)
      yield annotate('error', {title: `${request.scenario} › ${request.step}`}, request.error)
  }
  const error = view.verdict?.error
  if (error) yield annotate('error', {title: error.code}, [error.message, ...error.hints].join('\n'))
}

/** Text for a cell of a Markdown table: nothing in it is markup, and it stays on its line. */
const cell = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[\\`*_{}[\]<>()#+!|~&-]/g, (sign) => (sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`))

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`

function requestRow(request: RequestView): string {
  const answer = [request.status, request.outcome].filter((part) => part !== undefined).join(' ')
  const checks = `${request.checks.filter((check) => check.passed).length} of ${request.checks.length}`
  const mode = request.deliveries > 1 ? `${request.mode}, ${request.deliveries} deliveries` : request.mode
  return row([request.title, request.method, mode, answer, formatDuration(spentOn(request)), checks, request.state])
}

/** The run as Markdown for a job's summary. */
export function toMarkdown(view: RunView): string {
  const failed = allChecks(view).filter((check) => !check.passed)
  const {head} = view
  const bundle = head?.bundle ? `, bundle \`${head.bundle.sha256}\`` : ''
  return [
    `### stitch ${cell(head?.command ?? '')}\n\n`,
    `**${verdictText(view)}**\n\n`,
    head ? `Engine ${cell(head.engine)}${bundle}.\n\n` : '',
    view.verdict?.error ? `${cell(view.verdict.error.message)}\n\n` : '',
    view.requests.size > 0
      ? '| request | method | mode | answer | time | checks | |\n|---|---|---|---|--:|--:|---|\n'
      : '',
    ...[...view.requests].map(requestRow),
    failed.length > 0 ? '\n#### Failed checks\n\n| step | check | expected | actual |\n|---|---|---|---|\n' : '',
    ...failed.map((check) => row([subjectOf(check, view), check.check, check.expected ?? '', check.actual ?? ''])),
  ].join('')
}

/** Markdown once the run is over, to be appended to the file that GITHUB_STEP_SUMMARY names. */
export const reportGithubSummary: Reporter = async function* (events) {
  yield toMarkdown(await foldAll(events))
}
