/** The candidate nearest to `word` by edit distance, where it is near enough to be a likely slip of the keyboard. */
export function suggestNearest(word: string, candidates: readonly string[]): string | undefined {
  let best: {readonly candidate: string; readonly distance: number} | undefined
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance <= Math.max(1, Math.floor(candidate.length / 3)) && (!best || distance < best.distance)) {
      best = {candidate, distance}
    }
  }
  return best?.candidate
}

/** Edit distance with swapped neighbours as one slip (optimal string alignment), two rows at a time. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = []
  let row = Array.from({length: b.length + 1}, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity
      next.push(Math.min(substituted, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
