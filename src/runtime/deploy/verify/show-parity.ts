import {cutCells, fitCells, wrapCells} from '#runtime/trace/cells.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {piece, type Line} from '#runtime/trace/lines.ts'
import type {Difference} from './compare.ts'
import type {Parity, RequestParity} from './parity.ts'
import type {SkipReason} from './probes.ts'

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  container: 'answered by the container alone',
  async: 'asynchronous (add --async)',
  cut: 'too large to have been recorded',
  key: 'need a key (set STITCH_HMAC_KEYS)',
}
const MARKS = {same: '=', different: '~', unknown: '?'} as const
const LOOKS = {same: 'pass', different: 'fail', unknown: 'warn'} as const

export type ShowParityOptions = {
  readonly columns: number
  /** Hops of every request, not only of those that differ. */
  readonly verbose: boolean
  /** What to do next, each a line that can be pasted. */
  readonly hints: readonly string[]
}

/** The report as lines of at most `columns` cells. */
export function showParity(parity: Parity, {columns, verbose, hints}: ShowParityOptions): readonly Line[] {
  const lines: Line[] = [...showHead(parity, columns), []]
  lines.push([
    piece(
      `${fitCells('', columns - 32)}${'outcome'.padEnd(12)}${'simulated'.padStart(10)}${'deployed'.padStart(10)}`,
      'dim',
    ),
  ])
  for (const [scenario, requests] of Map.groupBy(parity.requests, (request) => request.scenario)) {
    lines.push([piece(scenario, 'strong')])
    for (const request of requests) lines.push(...showRequest(request, columns, verbose))
  }
  lines.push([], ...showVerdict(parity, columns))
  if (hints.length > 0) lines.push([piece('Try this:')], ...hints.map((hint): Line => [piece(`  * ${hint}`)]))
  return lines
}

function showHead({url, side, bundle, requests, skipped, comparesHops, simulatedAt}: Parity, columns: number) {
  const what = side === 'endpoint' ? 'lookup function' : 'server container'
  const when =
    simulatedAt === undefined ? '' : ` of ${new Date(simulatedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const hops = requests.reduce((sum, {deployed}) => sum + (deployed.hops?.length ?? 0), 0)
  const reads = requests.reduce((sum, {deployed}) => sum + (deployed.reads ?? 0), 0)
  const left = Object.entries(skipped).filter(([, number]) => number > 0)
  const facts: readonly (readonly [string, string])[] = [
    ['deployed', `${what} ${url}`],
    ['compared with', `the simulation${when}`],
    ...(bundle.simulated === undefined
      ? []
      : [
          [
            'bundle',
            `${bundle.simulated.slice(0, 12)} simulated, ${bundle.deployed?.slice(0, 12) ?? 'not known'} deployed`,
          ] as const,
        ]),
    [
      'hops',
      comparesHops
        ? `${hops} with ${reads} documents read, from Cloud Logging`
        : 'not compared: a container keeps its own log',
    ],
    ...(left.length > 0
      ? [
          [
            'not fired',
            left.map(([reason, number]) => `${number} ${SKIPPED[reason as SkipReason]}`).join(', '),
          ] as const,
        ]
      : []),
  ]
  return facts.flatMap(([name, text]) =>
    wrapCells(text, columns - 15).map((line, index): Line => [
      piece(fitCells(index === 0 ? name : '', 15), 'dim'),
      piece(line),
    ]),
  )
}

function showRequest(request: RequestParity, columns: number, verbose: boolean): readonly Line[] {
  const {verdict, title, outcome, simulated, deployed, differences, unknown} = request
  const name = fitCells(title, columns - 37)
  const times = formatDuration(simulated.ms).padStart(10) + formatDuration(deployed.ms).padStart(10)
  const lines: Line[] = [
    [piece(`  ${MARKS[verdict]} `, LOOKS[verdict]), piece(`${name} ${fitCells(outcome, 12)}`), piece(times, 'dim')],
  ]
  if (unknown !== undefined) lines.push([piece(cutCells(`      ${unknown}`, columns), 'warn')])
  if (deployed.deliveries > 1) lines.push([piece(`      delivered ${deployed.deliveries} times`, 'dim')])
  lines.push(...differences.flatMap((difference) => showDifference(difference, columns)))
  if (verbose || differences.length > 0) lines.push(...showHops(request, columns))
  return lines
}

function showDifference({what, simulated, deployed}: Difference, columns: number): readonly Line[] {
  return wrapCells(`${what}: ${simulated} simulated, ${deployed} deployed`, columns - 8).map((text, index): Line => [
    piece(`${index === 0 ? '      ' : '        '}${text}`, 'fail'),
  ])
}

/** The hops of both sides with their times; those of one side stand in their own column. */
function showHops({simulated, deployed}: RequestParity, columns: number): readonly Line[] {
  if (!deployed.hops) return []
  const length = Math.max(simulated.hops.length, deployed.hops.length)
  return Array.from({length}, (_, index): Line => {
    const [left, right] = [simulated.hops[index], deployed.hops?.[index]]
    const name = left?.name === right?.name ? (left?.name ?? '') : `${left?.name ?? '-'} / ${right?.name ?? '-'}`
    const time = (ms: number | undefined): string => (ms === undefined ? '-' : formatDuration(ms)).padStart(10)
    return [piece(`${fitCells(`        ${name}`, columns - 20)}${time(left?.ms)}${time(right?.ms)}`, 'dim')]
  })
}

function showVerdict({verdict, requests, differences}: Parity, columns: number): readonly Line[] {
  const count = (wanted: RequestParity['verdict']): number => requests.filter((one) => one.verdict === wanted).length
  const [different, unknown] = [count('different'), count('unknown')]
  const whole = differences.flatMap((difference) => showDifference(difference, columns))
  const all = `${requests.length} request${requests.length === 1 ? '' : 's'}`
  const text = {
    parity: `parity: ${all}, all the same`,
    differences: `differences: ${[
      ...differences.map(({what}) => `another ${what}`),
      `${different} of ${all} ${different === 1 ? 'differs' : 'differ'}`,
      ...(unknown > 0 ? [`${unknown} not known`] : []),
    ].join(', ')}`,
    unverified: `not verified: ${unknown} of ${all} not known`,
  }[verdict]
  return [...whole, [piece(text, verdict === 'parity' ? 'pass' : verdict === 'differences' ? 'fail' : 'warn')]]
}
