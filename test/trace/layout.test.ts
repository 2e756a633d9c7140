import {describe, expect, it} from 'vitest'
import {drawBar} from '#runtime/trace/bar.ts'
import {cellWidth, cutCells, fitCells, wrapCells} from '#runtime/trace/cells.ts'
import {formatBytes, formatDuration} from '#runtime/trace/durations.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {layoutWaterfall} from '#runtime/trace/layout.ts'
import {paintLine, piece} from '#runtime/trace/lines.ts'
import {requestLine, waterfallLines} from '#runtime/trace/request-lines.ts'
import {tellPassed} from '../goldens/runs.ts'
import {late} from '../goldens/requests.ts'

const request = foldEvents(tellPassed()).requests.get(late.trace)!
const wide = {
  ...request,
  title: '訪問者 🍎 '.repeat(20),
  spans: request.spans.map((span) => ({...span, name: `${span.name} 訪問者`})),
}

describe('a waterfall', () => {
  it.each([20, 33, 34, 55, 56, 60, 80, 81, 120, 200])('fits %i columns', (columns) => {
    for (const one of [request, wide]) {
      for (const row of layoutWaterfall(one, columns)) expect(cellWidth(row.text)).toBeLessThanOrEqual(columns)
      const line = requestLine(one, columns)
        .map((part) => part.text)
        .join('')
      expect(cellWidth(line)).toBeLessThanOrEqual(columns)
    }
  })

  it('has a line per hop, and one below for each error', () => {
    const kinds = layoutWaterfall(request, 80).map((row) => row.kind)
    expect(kinds.filter((kind) => kind === 'span')).toHaveLength(request.spans.length)
    expect(kinds.filter((kind) => kind === 'wait')).toHaveLength(2)
    expect(kinds.filter((kind) => kind === 'note')).toHaveLength(2)
  })

  it('says where a bar begins and how long it is', () => {
    const row = layoutWaterfall(request, 80).find(({text}) => text.includes('delivery 1'))
    expect(row?.startPercent).toBeCloseTo(((1138 - 1100) / 241) * 100, 3)
    expect(row?.widthPercent).toBeCloseTo((23 / 241) * 100, 3)
    expect(row?.ok).toBe(false)
  })

  it('ends open bars now, but only while the request runs', () => {
    const now = request.startedAt + 10_000
    const share = (one: typeof request): number => layoutWaterfall(one, 80, {now})[0]?.widthPercent ?? 0
    expect(share(request)).toBeGreaterThan(8)
    expect(share({...request, state: 'running'})).toBeLessThan(1)
  })

  it('can be drawn in ASCII, as wide as before', () => {
    for (const line of waterfallLines(wide, 80)) {
      const drawn = paintLine(line, {ascii: true})
      expect(drawn).toMatch(/^[\x20-\x7e]*$/)
      expect(drawn).toHaveLength(cellWidth(paintLine(line)))
    }
  })
})

describe('bars', () => {
  it.each([
    [[0, 100], 'span', '━━━━'],
    [[0, 50], 'span', '━━  '],
    [[12.5, 50], 'span', '╺━╸ '],
    [[99.99, 0.01], 'span', '   ╺'],
    [[0, 0], 'span', '╸   '],
    [[100, 0], 'span', '   ╺'],
    [[25, 50], 'wait', ' ┄┄ '],
  ] as const)('%j as %s is "%s"', (percents, kind, bar) => {
    expect(drawBar(percents, 4, kind)).toBe(bar)
  })
})

describe('text in cells', () => {
  it.each([
    ['abc', 3],
    ['訪問', 4],
    ['🍎', 2],
    ['e\u0301', 1],
    ['ÄÖ', 2],
    ['', 0],
  ])('%j takes %i', (text, width) => expect(cellWidth(text)).toBe(width))

  it('is cut between characters, never inside', () => {
    expect(cutCells('訪問者です', 5)).toBe('訪問…')
    expect(fitCells('訪問者です', 6)).toBe('訪問… ')
    expect(cutCells('abc', 0)).toBe('')
  })

  it('cannot steer the terminal', () => {
    expect(cutCells('a\u001b[31mb\r\n\u0007c\u202e', 20)).toBe('a [31mb   c ')
  })

  it('is wrapped at blanks, and inside words that are too long', () => {
    expect(wrapCells('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrapCells('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
    expect(wrapCells('a\nb', 9)).toEqual(['a', 'b'])
    expect(wrapCells('訪問', 1).join('')).toBe('訪問')
  })
})

it.each([
  [0, '0.00 ms'],
  [9.994, '9.99 ms'],
  [9.996, '10.0 ms'],
  [99.96, '100 ms'],
  [999.6, '1.00 s'],
  [59_960, '1 m 00 s'],
  [-5, '0.00 ms'],
])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

it.each([
  [999, '999 B'],
  [412_400, '412 kB'],
  [999_600, '1.0 MB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

it('paints colours only when asked', () => {
  expect(paintLine([piece('a', 'fail')])).toBe('a')
  expect(paintLine([piece('a', 'fail')], {color: true})).toBe('\u001b[31ma\u001b[39m')
})
