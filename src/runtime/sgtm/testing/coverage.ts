import type {Program} from '../sandbox/program.ts'

/** How often a line's statements ran: the least often of those that begin on it. `line` is the file's (1-based). */
export type CoveredLine = {readonly line: number; readonly count: number}

/** What the tests ran of a template's code; function declarations and braces are no statements. */
export type Coverage = {
  readonly lines: readonly CoveredLine[]
  readonly statements: {readonly total: number; readonly covered: number}
}

/** Adds up what the runs of a program counted. */
export function createCoverage({source, statements}: Program): {
  readonly add: (counts: Readonly<Record<string, number>>) => void
  readonly read: () => Coverage
} {
  const counts = statements.map(() => 0)
  return {
    add: (more) => {
      for (const [number, count] of Object.entries(more)) counts[Number(number)]! += count
    },
    read: () => {
      const lines = new Map<number, number>()
      for (const [number, offset] of statements.entries()) {
        const line = source.line + source.text.slice(0, offset).split('\n').length - 1
        lines.set(line, Math.min(lines.get(line) ?? Infinity, counts[number]!))
      }
      return {
        lines: [...lines].map(([line, count]) => ({line, count})).sort((a, b) => a.line - b.line),
        statements: {total: counts.length, covered: counts.filter((count) => count > 0).length},
      }
    },
  }
}
