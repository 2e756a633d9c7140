import {styleText} from 'node:util'
import type {Note} from '../types.ts'
import {indent, wrap} from './lines.ts'
import type {PlanDocument} from './plan-document.ts'
import {GROUPS, groupOf} from './titles.ts'
import type {Blocked, Change, Mark, Plan} from './types.ts'

const WIDTH = 80
/** Where the second column begins, if a title leaves it room. */
const COLUMN = 40

export type ShowOptions = {
  readonly color: boolean
  /** Also what stays as it is, one line each. */
  readonly verbose: boolean
  /** `deploy`, `rollback` or `destroy`: what the closing line speaks of. */
  readonly of: PlanDocument['of']
  readonly sha256: string | undefined
  /** Whether the last simulation stands behind the bundle. */
  readonly verified: boolean | undefined
}

const COLORS: Readonly<Record<Mark, 'green' | 'yellow' | 'red' | 'dim'>> = {
  '+': 'green',
  '~': 'yellow',
  '-': 'red',
  '=': 'dim',
}

/** What is said before each kind of note. */
const LABELS: Readonly<Record<Note['kind'], string>> = {
  cost: 'costs',
  public: 'public',
  privilege: 'privilege',
  irreversible: 'for good',
  wait: 'takes time',
}

/** The plan as text of at most 80 columns, resource names apart; pure. Ends with a line feed. */
export function showPlan(plan: Plan, options: ShowOptions): string {
  const {target, changes, blocked, kept} = plan
  const {sha256, verified, of} = options
  const head = [
    `Plan: ${of} ${target.stage === undefined ? '' : `stage ${target.stage} `}in ${target.project}, ${target.region}`,
  ]
  if (sha256 !== undefined)
    head.push(
      `Bundle: sha256 ${sha256.slice(0, 12)}, ${verified ? 'simulated with this configuration' : 'not verified by a simulation'}`,
    )
  const groups = GROUPS.flatMap((group) => {
    const shown = changes.filter(
      (change) => groupOf(change.spec) === group && (options.verbose || change.symbol !== '='),
    )
    return shown.length === 0 ? [] : ['', group, ...shown.flatMap((change) => showChange(change, options))]
  })
  const {same} = plan.summary
  const folded =
    groups.length > 0 && same > 0 && !options.verbose ? ['', paint('=', `= ${same} unchanged`, options)] : []
  const keeping =
    kept.length === 0 ? [] : ['', 'Kept', ...kept.flatMap(({title, reason}) => showRow(`  ${title}`, reason))]
  const stopping = blocked.length === 0 ? [] : ['', 'In the way', ...blocked.flatMap(showBlocked)]
  return [...head, ...groups, ...folded, ...keeping, ...stopping, '', summaryLine(plan, of), ''].join('\n')
}

/** `24 to create, 1 to update, 0 to delete, 3 unchanged.` */
export function summaryLine({summary, blocked}: Pick<Plan, 'summary' | 'blocked'>, of: PlanDocument['of']): string {
  const {create, update, delete: removals, same} = summary
  const unchanged = of === 'destroy' ? [] : [`${same} unchanged`]
  if (create + update + removals + blocked.length === 0) return [`Nothing to do`, ...unchanged].join(': ') + '.'
  const made = of === 'destroy' ? [] : [`${create} to create`, `${update} to update`]
  const way = blocked.length === 0 ? [] : [`${blocked.length} in the way`]
  return `${[...made, `${removals} to delete`, ...unchanged, ...way].join(', ')}.`
}

/** The same for programs. */
export function planDocument(plan: Plan, {of, sha256, verified}: Omit<ShowOptions, 'color' | 'verbose'>): PlanDocument {
  const {target, changes, blocked, kept, summary} = plan
  return {
    version: 1,
    of,
    project: target.project,
    region: target.region,
    stage: target.stage ?? 'default',
    ...(sha256 === undefined ? {} : {sha256}),
    ...(verified === undefined ? {} : {verified}),
    summary,
    changes: changes.map(({symbol, id, spec, title, why, reasons, notes}) => ({
      symbol,
      id,
      type: spec.type,
      title,
      why,
      reasons,
      notes,
    })),
    blocked,
    kept,
  }
}

function showChange({symbol, title, why, reasons, notes}: Change, options: ShowOptions): string[] {
  const [first = '', ...rest] = showRow(`  ${symbol} ${title.replace(/^API /, '')}`, symbol === '~' ? '' : why)
  const details = [
    ...reasons.flatMap((reason) => indent(wrap(reason, WIDTH - 6), 6)),
    ...(symbol === '=' ? [] : notes.flatMap(showNote)),
  ]
  return [paint(symbol, first, options), ...rest, ...details]
}

function showNote({kind, text}: Note): string[] {
  const label = LABELS[kind]
  return wrap(text, WIDTH - 18).map((line, index) => `      ${(index === 0 ? label : '').padEnd(12)}${line}`)
}

/** Two columns where the first leaves room for the second, else one below the other. */
function showRow(left: string, right: string): string[] {
  if (right === '') return [left]
  if (left.length < COLUMN) {
    const [first = '', ...rest] = wrap(right, WIDTH - COLUMN)
    return [`${left.padEnd(COLUMN)}${first}`, ...indent(rest, COLUMN)]
  }
  return [left, ...indent(wrap(right, WIDTH - 6), 6)]
}

function showBlocked({title, reason, hints}: Blocked): string[] {
  return [
    `  ${title}`,
    ...indent(wrap(reason, WIDTH - 6), 6),
    // Hints are for pasting, so they are never broken.
    ...hints.map((hint) => `      * ${hint}`),
  ]
}

function paint(mark: Mark, text: string, {color}: ShowOptions): string {
  return color ? styleText(COLORS[mark], text, {validateStream: false}) : text
}
