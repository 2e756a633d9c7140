/** A line of a comparison, and on which side it stands. */
export type DiffLine = {readonly side: 'both' | 'expected' | 'actual'; readonly text: string}

/** Longer texts are shown one below the other: comparing them takes the product of their lengths. */
const most = 600

/** The shortest way to tell two texts apart, line by line. */
export function diffLines(expected: string, actual: string): readonly DiffLine[] {
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  if (left.length > most || right.length > most) {
    return [
      ...left.map((text): DiffLine => ({side: 'expected', text})),
      ...right.map((text): DiffLine => ({side: 'actual', text})),
    ]
  }
  // common[i][j]: how many lines the rests from i and j have in common, in order.
  const common = Array.from({length: left.length + 1}, () => right.map(() => 0).concat(0))
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i]![j] =
        left[i] === right[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({side: 'both', text: left[i++]!})
      j += 1
    } else if (i < left.length && (j === right.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push({side: 'expected', text: left[i++]!})
    } else lines.push({side: 'actual', text: right[j++]!})
  }
  return lines
}
