import {readFile} from 'node:fs/promises'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {GuardedExit} from '../guard.ts'
import type {ProbedService} from '../probe.ts'
import {EMULATORS} from './command-lines.ts'

/** How much of a log is worth reading again in a terminal. */
const QUOTED_LINES = 6

/** The emulator ended when it should not have; `when` says at which time, `therefore` what did not happen. */
export async function emulatorDied(
  service: ProbedService,
  exit: GuardedExit,
  logFile: string,
  {when, therefore}: {readonly when: string; readonly therefore: string},
): Promise<StitchError> {
  const how = exit.error ?? (exit.signal ? `signal ${exit.signal}` : `exit code ${String(exit.code)}`)
  return new StitchError(`${EMULATORS[service].title} ended ${when} (${how}), so ${therefore}.`, {
    code: 'STITCH_ENGINE_DIED',
    exit: 'environment',
    hints: await quoteLog(logFile),
  })
}

/** The emulator runs but did not answer in time. */
export async function emulatorSilent(
  service: ProbedService,
  seconds: number,
  logFile: string,
  cause: unknown,
): Promise<StitchError> {
  return new StitchError(`${EMULATORS[service].title} did not answer within ${seconds} s, so nothing was run.`, {
    code: 'STITCH_ENGINE_SILENT',
    exit: 'environment',
    hints: await quoteLog(logFile),
    cause,
  })
}

/** Whether the log says that somebody else got the port first. The Pub/Sub emulator keeps running after it said so. */
export async function saysPortIsTaken(logFile: string): Promise<boolean> {
  return (await readLog(logFile)).includes('java.net.BindException')
}

async function quoteLog(logFile: string): Promise<string[]> {
  const text = await readLog(logFile)
  // The class file version of Java N is N + 44 (The Java Virtual Machine Specification, table 4.1-A).
  const classes = /class file version (\d+)\.\d+\), this version/.exec(text)?.[1]
  return [
    ...(classes ? [`this emulator needs Java ${Number(classes) - 44} or newer; JAVA_HOME says which one is used`] : []),
    `cat ${logFile}`,
    ...lastLines(text, QUOTED_LINES).map((line) => `its log says: ${line}`),
  ]
}

/** The last lines that say something: stack frames only tell where in Google's code it happened. */
export function lastLines(text: string, count: number): string[] {
  const telling = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^\s+\.\.\. \d+ more/.test(line))
  return telling.slice(-count).map((line) => line.trim())
}

/** What an emulator wrote so far; empty where there is no such file. */
export async function readLog(logFile: string): Promise<string> {
  return await readFile(logFile, 'utf8').catch(() => '')
}
