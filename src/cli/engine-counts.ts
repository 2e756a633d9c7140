import type {ExportReport} from '#runtime/session/engine-transfer.ts'

const KINDS = ['document', 'topic', 'subscription', 'message', 'schema'] as const

/** One line of numbers, and one for each thing that was left out. */
export function showTransfer({counts, skipped}: ExportReport, what: string): string {
  const numbers = KINDS.filter((kind) => counts[kind] > 0).map((kind) => {
    const word = kind === 'schema' ? 'schema revision' : kind
    return `${counts[kind]} ${word}${counts[kind] === 1 ? '' : 's'}`
  })
  const lines = [`${numbers.length === 0 ? 'Nothing' : numbers.join(', ')} ${what}.`]
  return [...lines, ...skipped.map((each) => `Left out: ${each.what}, because ${each.why}.`)].join('\n').concat('\n')
}
