/** Heavy lines end at half a cell, so a bar shows twice as many places as it has columns. */
const FULL = '━'
const LEFT_HALF = '╸'
const RIGHT_HALF = '╺'
const WAIT = '┄'

/**
 * A bar in exactly `width` cells.
 * @param percents start and length, 0 to 100. A bar is at least half a cell long: a short hop is a hop.
 */
export function drawBar(
  percents: readonly [start: number, length: number],
  width: number,
  kind: 'span' | 'wait',
): string {
  const halves = width * 2
  const start = Math.min(halves - 1, Math.max(0, Math.floor((percents[0] / 100) * halves)))
  const end = Math.min(halves, Math.max(start + 1, Math.round(((percents[0] + percents[1]) / 100) * halves)))
  let bar = ''
  for (let cell = 0; cell < width; cell++) {
    const left = start <= cell * 2 && cell * 2 < end
    const right = start <= cell * 2 + 1 && cell * 2 + 1 < end
    if (!left && !right) bar += ' '
    else if (kind === 'wait') bar += WAIT
    else bar += left && right ? FULL : left ? LEFT_HALF : RIGHT_HALF
  }
  return bar
}
