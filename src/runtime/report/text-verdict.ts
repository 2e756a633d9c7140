import {wrapCells} from '#runtime/trace/cells.ts'
import {standIns} from '#runtime/trace/container-runs.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {countEngine} from '#runtime/trace/engine-facts.ts'
import {allChecks, methodOf} from '#runtime/trace/fold.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import {failedCheckLines, headingLine} from '#runtime/trace/request-lines.ts'
import type {CheckView, RunView} from '#runtime/trace/view.ts'

/** A number with its noun: `1 check`, `3 checks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function placeOf(check: CheckView): string {
  return check.at ? ` (${check.at.file}:${check.at.line}:${check.at.column})` : ''
}

/** What a check is about: `visitor › by-cookie, GET`. */
export function subjectOf(check: CheckView, view: RunView): string {
  const method = methodOf(check, view)
  return `${check.scenario} › ${check.step}${method === undefined ? '' : `, ${method}`}`
}

/** Everything that failed, by step, with what was expected and what was seen. */
function failureLines(view: RunView, columns: number): readonly Line[] {
  const failed = allChecks(view).filter((check) => !check.passed)
  if (failed.length === 0) return []
  const groups = Map.groupBy(failed, (check) => subjectOf(check, view))
  const lines: Line[] = [[], headingLine(`${count(failed.length, 'check')} failed`, columns)]
  for (const [name, checks] of groups) {
    const where = checks.map(placeOf).find((place) => place !== '') ?? ''
    lines.push([], ...wrapCells(name + where, columns).map((text): Line => [piece(text, 'fail')]))
    for (const check of checks) lines.push(...failedCheckLines(check, columns, 2))
  }
  return lines
}

function errorLines(view: RunView, columns: number, brief: boolean): readonly Line[] {
  const error = view.verdict?.error
  if (!error) return []
  if (brief) return [[], [piece(`  code  ${error.code}`, 'dim')]]
  return [
    [],
    ...wrapCells(error.message, columns).map((text): Line => [piece(text, 'fail')]),
    [piece(`  code  ${error.code}`, 'dim')],
    ...error.hints.flatMap((hint) =>
      wrapCells(hint, columns - 8).map((text, index): Line => [
        piece(index === 0 ? '  try   ' : '        ', 'dim'),
        piece(text),
      ]),
    ),
  ]
}

/** Tags of Google's own that a container has and that only stood in. */
function standInLines(view: RunView, columns: number): readonly Line[] {
  const names = [...new Set([...view.requests].flatMap(standIns))]
  if (names.length === 0) return []
  const text = `stood in for Google's own, captured only: ${names.join(', ')}`
  return [[], ...wrapCells(text, columns).map((line): Line => [piece(line, 'warn')])]
}

/** The one line that says how the run ended, without a colour: `passed: 6 requests, 31 checks in 2.41 s`. */
export function verdictText(view: RunView): string {
  const requests = count(view.requests.size, 'request')
  const verdict = view.verdict
  if (!verdict) return `unfinished: ${requests}, ${count(view.passed + view.failed, 'check')}; the log has no end`
  const {passed, failed, exit, durationMs} = verdict
  const checks = failed > 0 ? `${failed} of ${count(passed + failed, 'check')} failed` : count(passed, 'check')
  const word = exit === 0 ? 'passed' : exit === 130 ? 'interrupted' : verdict.error ? 'stopped' : 'failed'
  return `${word}: ${requests}, ${checks} in ${formatDuration(durationMs)}`
}

/** What the requests cost the engine: `168 engine calls: 120 reads, 48 writes, 30 messages, 31 deliveries`. */
function engineText(view: RunView): string | undefined {
  const facts = countEngine(view)
  if (!facts) return undefined
  const {calls, failed, contended, reads, writes, deletes, messages, deliveries} = facts
  const parts = [
    [reads, 'read'],
    [writes, 'write'],
    [deletes, 'delete'],
    [messages, 'message'],
    [contended, 'contended call'],
    [failed, 'failed call'],
  ] as const
  const told = parts.filter(([number]) => number > 0).map(([number, noun]) => count(number, noun))
  if (deliveries > 0) told.push(deliveries === 1 ? '1 delivery' : `${deliveries} deliveries`)
  return `${count(calls, 'engine call')}: ${told.join(', ') || 'nothing read or written'}`
}

/** The end of a report: failures, the error that stopped the run, and last the verdict. */
export function verdictLines(view: RunView, columns: number, briefError = false): readonly Line[] {
  const passed = view.verdict?.exit === 0
  const text = wrapCells(verdictText(view), columns)
  const engine = engineText(view)
  return [
    ...failureLines(view, columns),
    ...errorLines(view, columns, briefError),
    ...standInLines(view, columns),
    [],
    ...(engine === undefined ? [] : wrapCells(engine, columns).map((line): Line => [piece(line, 'dim')])),
    ...text.map((line): Line => [piece(line, passed ? 'pass' : view.verdict ? 'fail' : 'warn')]),
  ]
}
