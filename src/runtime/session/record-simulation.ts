import {rename, rm, writeFile} from 'node:fs/promises'
import {readSimulation, simulationFiles, type SimulationRecord} from '#runtime/config/simulation-record.ts'
import type {Emit, RunEvent} from '#runtime/kernel/events.ts'

/** What is to be kept of a run: its verdict and its log, or what an earlier run left. */
type RecordPlan = {readonly record: boolean; readonly log: boolean}

/**
 * Decides what a whole run leaves. The last verdict is the one that counts, with one exception: a run without the
 * asynchronous path that passed says less than an earlier one with it of the same bundle and configuration.
 */
export function planRecord(before: SimulationRecord | undefined, now: SimulationRecord): RecordPlan {
  const passed = now.failed === 0
  const isSame = before?.sha256 === now.sha256 && before.config === now.config
  const saysLess = isSame && before.failed === 0 && before.async && !now.async
  if (passed && saysLess) return {record: false, log: false}
  return {record: true, log: passed}
}

/**
 * Keeps the verdict of a whole run in the data folder, and the log of one that passed, each written beside its place and
 * renamed. A run that was stopped has no verdict and leaves the last one. Never rejects: a folder that cannot be written
 * is told on the log, since a run is not wrong for it.
 */
export async function recordSimulation(
  dataDir: string,
  now: SimulationRecord,
  events: readonly RunEvent[],
  emit: Emit,
): Promise<void> {
  const files = simulationFiles(dataDir)
  const plan = planRecord(await readSimulation(dataDir), now)
  try {
    // The log first: it names its bundle, so that a kill between the two is seen.
    if (plan.log) await replaceFile(files.log, (draft) => writeLog(draft, events))
    if (plan.record) {
      await replaceFile(files.record, (draft) => writeFile(draft, `${JSON.stringify(now, null, 2)}\n`))
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const text = `The verdict of this run was not kept (${reason}), so a deployment will not know of it.`
    emit({type: 'log.line', source: 'session', level: 'warn', text})
  }
}

/** The log of the latest pass: its head, and what came since the pass began; of the first one, everything. */
export function eventsOfPass(events: readonly RunEvent[]): readonly RunEvent[] {
  const starts = events.flatMap((event, index) => (event.type === 'run.started' ? [index] : []))
  return starts.length < 2 ? [...events] : [events[0]!, ...events.slice(starts.at(-1))]
}

/** A few hundred events at once: one by one they take as long again. */
const EVENTS_AT_ONCE = 500

async function writeLog(file: string, events: readonly RunEvent[]): Promise<void> {
  const parts = function* () {
    for (let next = 0; next < events.length; next += EVENTS_AT_ONCE) {
      yield `${events
        .slice(next, next + EVENTS_AT_ONCE)
        .map((event) => JSON.stringify(event))
        .join('\n')}\n`
    }
  }
  await writeFile(file, parts())
}

async function replaceFile(file: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${file}.${process.pid}.part`
  try {
    await write(draft)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, {force: true}).catch(() => undefined)
    throw error
  }
}
