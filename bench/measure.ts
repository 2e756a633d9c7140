import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The package's root. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs the sides in turn, A B A B, so that what slows the machine down for a while slows both: only figures of one round
 * are ever compared. A side does its work once and returns its figure. A first round, which warms caches, does not count.
 */
export async function interleave<N extends string, T>(
  rounds: number,
  sides: Readonly<Record<N, () => Promise<T>>>,
): Promise<Record<N, T[]>> {
  const names = Object.keys(sides) as N[]
  const figures = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<N, T[]>
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const figure = await sides[name]()
      if (round > 0) figures[name].push(figure)
    }
  }
  return figures
}

/** The value below which `share` (0 to 1) of the values lie; nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

/** Half of the values lie below it. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** `0.32 (0.30-0.35)`: median, least and greatest of the ratios of each round. */
export function ratio(part: readonly number[], whole: readonly number[]): string {
  const ratios = part.map((value, round) => value / whole[round]!)
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`
}

/** Prints rows in columns below a sentence that says what was measured. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}\n`)
}

/** Says on what the figures were made, because absolute ones mean nothing elsewhere. */
export function printMachine(): void {
  process.stdout.write(
    `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} cores\n\n`,
  )
}

/** Runs this Node with `args` and returns the time it took, in milliseconds. Throws when it does not end with 0. */
export async function timeNode(args: readonly string[], stdout: 'ignore' | 'inherit' = 'ignore'): Promise<number> {
  // The official clients would look for Google's metadata server otherwise, wait, and warn.
  const env = {...process.env, METADATA_SERVER_DETECTION: 'none'}
  const began = performance.now()
  const child = spawn(process.execPath, args, {cwd: root, stdio: ['ignore', stdout, 'inherit'], env})
  const [code] = (await once(child, 'exit')) as [number | null]
  const took = performance.now() - began
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`)
  return took
}

/** Runs an ES module of built code in a Node of its own and returns the number that it sends with `process.send`. */
export async function valueOfNode(source: string): Promise<number> {
  const args = ['--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, {cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc']})
  let value = Number.NaN
  child.on('message', (message) => (value = Number(message)))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0 || Number.isNaN(value)) throw new Error(`a measured process ended with ${code}`)
  return value
}

/** A folder that goes with the scope that made it. */
export async function makeFolder(): Promise<AsyncDisposable & {readonly path: string}> {
  const path = await mkdtemp(join(tmpdir(), 'stitch-bench-'))
  return {path, [Symbol.asyncDispose]: () => rm(path, {recursive: true, force: true})}
}
