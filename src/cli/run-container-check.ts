import {styleText} from 'node:util'
import {EXIT} from '#runtime/kernel/errors.ts'
import {wrapCells} from '#runtime/trace/cells.ts'
import type {CheckedContainer} from '#runtime/session/check-container.ts'
import {writeStdout} from './output.ts'
import {readTerminal} from './terminal.ts'

type Part = CheckedContainer['parts'][number]

const KINDS: readonly (readonly [Part['kind'], string])[] = [
  ['client', 'clients'],
  ['tag', 'tags'],
  ['trigger', 'triggers'],
  ['variable', 'variables'],
  ['transformation', 'transformations'],
]
const COLORS = {runs: 'green', approximated: 'yellow', missing: 'red'} as const

/** `stitch container check FILE`: what of a container runs here, as text or JSON; exit 1 where something is missing. */
export async function runContainerCheck({
  file,
  json,
}: {
  readonly file: string
  readonly json: boolean
}): Promise<unknown> {
  const {checkContainer} = await import('#runtime/session/check-container.ts')
  const {id, version, parts} = await checkContainer(file)
  const counts = countVerdicts(parts)
  if (!json) {
    const {color, columns} = readTerminal()
    await writeStdout(describeContainer({id, version, parts}, {color, columns}))
  }
  process.exitCode = counts.missing > 0 ? EXIT.failed : EXIT.ok
  return {version: 1, container: {id, version}, counts, parts}
}

function countVerdicts(parts: readonly Part[]): Record<Part['verdict'], number> {
  const counts = {runs: 0, approximated: 0, missing: 0}
  for (const {verdict} of parts) counts[verdict]++
  return counts
}

/** The report as text: a heading and a line per kind of part, and what there is to say about single parts. */
export function describeContainer(
  {id, version, parts}: CheckedContainer,
  {color, columns}: {readonly color: boolean; readonly columns: number},
): string {
  const paint = (verdict: Part['verdict'], text: string): string =>
    color ? styleText(COLORS[verdict], text, {validateStream: false}) : text
  const lines: string[] = [`${id}, version ${version}`]
  for (const [kind, title] of KINDS) {
    const own = parts.filter((part) => part.kind === kind)
    if (own.length === 0) continue
    const {runs, approximated, missing} = countVerdicts(own)
    const rest = [approximated > 0 ? `${approximated} approximated` : '', missing > 0 ? `${missing} missing` : '']
    lines.push('', [`${title}: ${runs} of ${own.length} run`, ...rest.filter((text) => text !== '')].join(', '))
    for (const {name, type, verdict, reasons} of own) {
      if (verdict === 'runs') continue
      const head = wrapCells(`${name} (${type})`, columns - 17)
      lines.push(...head.map((text, index) => `  ${paint(verdict, (index === 0 ? verdict : '').padEnd(13))}${text}`))
      const said = reasons.flatMap((reason) => reason.split('\n')).flatMap((reason) => wrapCells(reason, columns - 17))
      lines.push(...said.map((text) => `${' '.repeat(17)}${text}`.trimEnd()))
    }
  }
  const {runs, approximated, missing} = countVerdicts(parts)
  lines.push(
    '',
    paint(missing > 0 ? 'missing' : 'runs', `${runs} run, ${approximated} approximated, ${missing} missing`),
  )
  return `${lines.join('\n')}\n`
}
