import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {TransferOptions} from '#runtime/session/engine-transfer.ts'
import {narrateWarnings} from './narrate.ts'
import {resolveProject, type Parsed} from './project.ts'
import {listenForInterrupts} from './signals.ts'

/** A command about the data of an engine, as it was parsed. */
export type EngineDataParsed = Parsed & {readonly flags: {readonly database?: string[] | undefined}}

/** Runs work with what all commands about an engine's data need. */
export async function withEngineOptions<T>(
  parsed: EngineDataParsed,
  work: (options: TransferOptions) => Promise<T>,
): Promise<T> {
  const config = await resolveProject(parsed)
  using interrupts = listenForInterrupts()
  const bus = createBus(systemClock)
  using _narration = narrateWarnings(bus)
  return await work({
    config,
    databases: parsed.flags.database ?? ['(default)'],
    log: (level, text) => bus.emit({type: 'log.line', source: 'engine', level, text}),
    signal: interrupts.signal,
  })
}

/** Asks or tells whoever works in the project's data folder something, until the person interrupts. */
export async function withDataDir<T>(
  parsed: Parsed,
  ask: (dataDir: string, signal: AbortSignal) => Promise<T>,
): Promise<{readonly dataDir: string; readonly answer: T}> {
  const {dataDir} = await resolveProject(parsed)
  using interrupts = listenForInterrupts()
  return {dataDir, answer: await ask(dataDir, interrupts.signal)}
}
