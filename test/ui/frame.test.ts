import {describe, expect, it} from 'vitest'
import {cellWidth} from '#runtime/trace/cells.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {paintLine} from '#runtime/trace/lines.ts'
import {layoutFrame, windowStart} from '../../src/ui/frame.ts'
import type {FrameInput} from '../../src/ui/frame.ts'
import {BINDINGS, bindingsFor} from '../../src/ui/keys.ts'
import {firstState} from '../../src/ui/state.ts'
import {late} from '../goldens/requests.ts'
import {tellFailed, tellPassed} from '../goldens/runs.ts'

const view = foldEvents(tellPassed())
const base: FrameInput = {
  snapshot: {view, now: view.now},
  state: firstState,
  size: {columns: 80, rows: 24},
  mode: 'run',
  bindings: bindingsFor({quit: () => {}}),
}
const draw = (change: Partial<FrameInput>): readonly string[] =>
  layoutFrame({...base, ...change}).lines.map((line) => paintLine(line).trimEnd())
const golden = (name: string): string => new URL(`../goldens/${name}`, import.meta.url).pathname

describe('a screen', () => {
  const states = {
    list: firstState,
    open: {...firstState, open: true, chosen: late.trace},
    end: {...firstState, open: true, chosen: late.trace, scroll: 9999},
    help: {...firstState, help: true},
    typing: {...firstState, typing: true, filter: 'nobody'},
    bare: {...firstState, footer: false},
    nothing: {...firstState, filter: 'no such request'},
  }

  it.each(Object.entries(states))('of the %s is as drawn before', async (name, state) => {
    await expect(`${draw({state}).join('\n')}\n`).toMatchFileSnapshot(golden(`screen-${name}.txt`))
  })

  it.each([
    [80, 24],
    [60, 12],
    [59, 30],
    [100, 11],
    [20, 3],
    [200, 60],
    [80, 1],
  ])('of %i by %i leaves a line free and is not too wide', (columns, rows) => {
    for (const events of [tellPassed(), tellFailed(), []]) {
      for (const state of Object.values(states)) {
        for (const mode of ['run', 'dev'] as const) {
          const lines = draw({
            snapshot: {view: foldEvents(events), now: 0},
            state,
            mode,
            size: {columns, rows},
            bindings: BINDINGS,
          })
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
          for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(columns)
        }
      }
    }
  })

  it('that is too small says so in one line', () => {
    expect(draw({size: {columns: 59, rows: 24}})).toEqual(['59x24 is too small, 60x12 is needed; q quits'])
  })

  it('shows the waterfall of the newest request, or of the chosen one', () => {
    expect(draw({}).join('\n')).toContain('delivery 1')
    const chosen = draw({state: {...firstState, chosen: [...view.requests][0]!.trace}}).join('\n')
    expect(chosen).toContain('read visitors')
    expect(chosen).not.toContain('delivery 1')
  })

  it('of an open request has bodies, reasons of dropped attributes and checks', () => {
    const text = draw({state: states.open, size: {columns: 100, rows: 80}}).join('\n')
    expect(text).toContain('"id": "R210319-143855-123"')
    expect(text).toContain('"status": "pending"')
    expect(text).toContain('profitMargin (not to browser: not on the allow-list)')
    expect(text).toContain('✓ worker called back')
    expect(text).toContain('worker: Firestore was unavailable')
  })

  it('tells addresses in dev, the container first', () => {
    const line = draw({mode: 'dev'}).find((text) => text.includes('http://127.0.0.1:8888'))
    expect(line).toMatch(/^container /)
    expect(draw({}).join('\n')).not.toContain('http://127.0.0.1:8888')
  })

  it('shows only failing requests when asked', () => {
    const snapshot = {view: foldEvents(tellFailed()), now: 0}
    expect(draw({snapshot, state: {...firstState, failing: true}}).join('\n')).not.toContain('nobody knows')
    expect(draw({state: {...firstState, failing: true}}).join('\n')).toContain('No request fails.')
  })
})

it.each([
  [100, 0, 10, 0],
  [100, 50, 10, 45],
  [100, 99, 10, 90],
  [5, 4, 10, 0],
])('a window on %i with %i chosen and %i lines begins at %i', (count, chosen, height, start) => {
  expect(windowStart(count, chosen, height)).toBe(start)
})
