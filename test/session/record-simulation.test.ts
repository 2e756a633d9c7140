import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {readSimulation, simulationFiles, type SimulationRecord} from '#runtime/config/simulation-record.ts'
import type {Fact, RunEvent} from '#runtime/kernel/events.ts'
import {eventsOfPass, planRecord, recordSimulation} from '#runtime/session/record-simulation.ts'
import {parseLog} from '#runtime/trace/read-log.ts'

const verdict: SimulationRecord = {
  version: 1,
  sha256: 'a'.repeat(64),
  config: 'c'.repeat(64),
  at: '2026-05-18T12:00:00.000Z',
  passed: 720,
  failed: 0,
  async: true,
  engine: 'embedded',
  stitch: '0.1.0',
}
const failed = {...verdict, passed: 719, failed: 1}
const syncOnly = {...verdict, passed: 400, async: false}

const opened: RunEvent = {seq: 0, at: 1, type: 'log.opened', version: 1, stitch: '0.1.0'}
const started = (seq: number, command: string): RunEvent => ({
  seq,
  at: 2,
  type: 'run.started',
  command,
  engine: 'embedded',
  async: true,
  scenarios: [],
})
const ended = (seq: number): RunEvent => ({
  seq,
  at: 3,
  type: 'run.ended',
  passed: 1,
  failed: 0,
  durationMs: 1,
  exit: 0,
})

describe('what a whole run leaves', () => {
  test.each([
    {what: 'the first one that passed', before: undefined, now: verdict, plan: {record: true, log: true}},
    {what: 'the first one that failed', before: undefined, now: failed, plan: {record: true, log: false}},
    {what: 'a pass after a failure', before: failed, now: verdict, plan: {record: true, log: true}},
    {what: 'a failure after a pass', before: verdict, now: failed, plan: {record: true, log: false}},
    {
      what: 'a synchronous pass after an asynchronous one of the same',
      before: verdict,
      now: syncOnly,
      plan: {record: false, log: false},
    },
    {
      what: 'a synchronous failure after an asynchronous pass of the same',
      before: verdict,
      now: {...failed, async: false},
      plan: {record: true, log: false},
    },
    {
      what: 'a synchronous pass after an asynchronous failure of the same',
      before: failed,
      now: syncOnly,
      plan: {record: true, log: true},
    },
    {
      what: 'a synchronous pass of another bundle',
      before: verdict,
      now: {...syncOnly, sha256: 'b'},
      plan: {record: true, log: true},
    },
    {
      what: 'a synchronous pass with another configuration',
      before: verdict,
      now: {...syncOnly, config: 'd'},
      plan: {record: true, log: true},
    },
    {what: 'an asynchronous pass again', before: verdict, now: verdict, plan: {record: true, log: true}},
  ])('$what', ({before, now, plan}) => {
    expect(planRecord(before, now)).toEqual(plan)
  })
})

describe('the files of a verdict', () => {
  let folder = ''
  let told: Fact[] = []
  const emit = (fact: Fact) => void told.push(fact)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stitch-record-'))
    told = []
  })
  afterEach(() => rmSync(folder, {recursive: true, force: true}))

  test('are read as they were written, and nothing else lies beside them', async () => {
    const events = [opened, started(1, 'simulate'), ended(2)]
    await recordSimulation(folder, verdict, events, emit)
    expect(await readSimulation(folder)).toEqual(verdict)
    expect(parseLog(readFileSync(simulationFiles(folder).log, 'utf8'), 'log').events).toEqual(events)
    expect(readdirSync(folder).sort()).toEqual(['simulated.json', 'simulated.ndjson'])
    expect(told).toEqual([])
  })

  test('of a failure tell of it, and the log stays that of the last pass', async () => {
    await recordSimulation(folder, verdict, [opened, ended(1)], emit)
    await recordSimulation(folder, failed, [opened, started(1, 'simulate'), ended(2)], emit)
    expect(await readSimulation(folder)).toEqual(failed)
    expect(parseLog(readFileSync(simulationFiles(folder).log, 'utf8'), 'log').events).toEqual([opened, ended(1)])
  })

  test('that cannot be written are a warning', async () => {
    mkdirSync(simulationFiles(folder).record)
    await recordSimulation(folder, verdict, [opened], emit)
    expect(told).toEqual([
      {
        type: 'log.line',
        source: 'session',
        level: 'warn',
        text: expect.stringMatching(
          /^The verdict of this run was not kept \(EISDIR.*\), so a deployment will not know of it\.$/,
        ),
      },
    ])
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('that somebody has changed by hand count for nothing', async () => {
    await recordSimulation(folder, {...verdict, at: 'yesterday'}, [opened], emit)
    expect(await readSimulation(folder)).toBe(undefined)
  })
})

describe('the log of a pass', () => {
  test('of the first is everything', () => {
    const events = [opened, started(1, 'simulate'), ended(2)]
    expect(eventsOfPass(events)).toEqual(events)
  })

  test('of a later one under --watch is the head and what came since it began', () => {
    const events = [opened, started(1, 'first'), ended(2), started(3, 'second'), ended(4)]
    expect(eventsOfPass(events)).toEqual([opened, started(3, 'second'), ended(4)])
  })
})
