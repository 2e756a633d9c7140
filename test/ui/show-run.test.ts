import {describe, expect, it, vi} from 'vitest'
import {createBus} from '#runtime/kernel/bus.ts'
import type {Bus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {RunEvent} from '#runtime/kernel/events.ts'
import {showRun} from '../../src/ui/index.tsx'
import {tellPassed} from '../goldens/runs.ts'
import {createTerminal} from './terminal.ts'

const story = tellPassed()
const unended = story.filter((event) => event.type !== 'run.ended')
const ended = story.filter((event) => event.type === 'run.ended')

function tell(bus: Bus, events: readonly RunEvent[]): void {
  for (const {seq: _seq, at: _at, ...fact} of events) bus.emit(fact)
}

function begin(mode: 'run' | 'dev', columns = 80, rows = 24) {
  const terminal = createTerminal(columns, rows)
  const bus = createBus(systemClock)
  const quit = vi.fn()
  const replay = vi.fn()
  const ui = showRun({events: bus, actions: {quit, replay}, mode, clock: systemClock, ...terminal})
  return {terminal, bus, quit, replay, ui, [Symbol.asyncDispose]: () => ui[Symbol.asyncDispose]()}
}

describe('the terminal UI', () => {
  it('shows what was stated before and after it began', async () => {
    await using shown = begin('run')
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    expect(shown.terminal.written()).toContain('delivery 1')
    expect(shown.terminal.isRaw()).toBe(true)
  })

  it('takes itself away when the run has ended, and gives the keyboard back', async () => {
    await using shown = begin('run')
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    tell(shown.bus, ended)
    await shown.ui.done
    expect(shown.terminal.isRaw()).toBe(false)
    expect(shown.terminal.written()).not.toContain('\u001b[?1049h')
  })

  it('stays in dev, on the alternate screen, until it is disposed', async () => {
    const shown = begin('dev')
    tell(shown.bus, story)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    await shown.ui[Symbol.asyncDispose]()
    await shown.ui.done
    const written = shown.terminal.written()
    expect(written.indexOf('[?1049h')).toBeGreaterThan(0)
    expect(written.indexOf('[?1049l')).toBeGreaterThan(written.indexOf('[?1049h'))
  })

  it('hands ctrl-c, q and r to the caller and goes on', async () => {
    await using shown = begin('dev')
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    shown.terminal.type('r')
    await vi.waitFor(() => expect(shown.replay).toHaveBeenCalledWith('2cf7651916cd43dd8448eb211c80319e'))
    shown.terminal.type('\u0003')
    await vi.waitFor(() => expect(shown.quit).toHaveBeenCalledTimes(1))
    shown.terminal.type('q')
    await vi.waitFor(() => expect(shown.quit).toHaveBeenCalledTimes(2))
    expect(shown.terminal.isRaw()).toBe(true)
  })

  it('handles keys that arrive together one after the other', async () => {
    await using shown = begin('dev')
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    shown.terminal.type('kkr')
    await vi.waitFor(() => expect(shown.replay).toHaveBeenCalledWith('0af7651916cd43dd8448eb211c80319c'))
  })

  it('says when the terminal is too small, and recovers', async () => {
    await using shown = begin('dev', 50, 10)
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('50x10 is too small'))
    shown.terminal.resize(80, 24)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
  })

  it('writes no colours where the terminal has none', async () => {
    await using shown = begin('run')
    tell(shown.bus, unended)
    await vi.waitFor(() => expect(shown.terminal.written()).toContain('3 requests'))
    expect(shown.terminal.written()).not.toMatch(/\[3\dm/)
  })
})
