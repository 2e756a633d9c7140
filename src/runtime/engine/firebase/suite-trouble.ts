import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {stripVTControlCharacters} from 'node:util'
import {StitchError} from '#runtime/kernel/errors.ts'
import {lastLines} from '../gcloud/emulator-trouble.ts'
import type {Java} from '../gcloud/find-java.ts'
import type {GuardedExit} from '../guard.ts'
import {javaRefused} from './require-suite.ts'

/** How much of a log is worth reading again in a terminal. */
const QUOTED_LINES = 6

/** Where the suite and its emulators write what they have to say. */
export type SuiteLogs = {readonly logFile: string; readonly folder: string}

/** firebase-tools ended when it should not have; what it said decides which error it is. */
export async function suiteDied(
  exit: GuardedExit,
  {
    logs,
    java,
    when,
    therefore,
  }: {readonly logs: SuiteLogs; readonly java: Java; readonly when: string; readonly therefore: string},
): Promise<StitchError> {
  const oldest = /Java version before (\d+)/.exec(await readLog(logs.logFile))?.[1]
  if (oldest) return javaRefused(java, Number(oldest))
  const how = exit.error ?? (exit.signal ? `signal ${exit.signal}` : `exit code ${String(exit.code)}`)
  return new StitchError(`firebase-tools ended ${when} (${how}), so ${therefore}.`, {
    code: 'STITCH_ENGINE_DIED',
    exit: 'environment',
    hints: await quoteLogs(logs),
  })
}

/** It runs but its emulators did not answer in time. */
export async function suiteSilent(seconds: number, logs: SuiteLogs, cause: unknown): Promise<StitchError> {
  return new StitchError(`The Firebase emulators did not answer within ${seconds} s, so nothing was run.`, {
    code: 'STITCH_ENGINE_SILENT',
    exit: 'environment',
    hints: await quoteLogs(logs),
    cause,
  })
}

/** Whether somebody else got a port first. */
export async function saysPortIsTaken({logFile, folder}: SuiteLogs): Promise<boolean> {
  const texts = [await readLog(logFile), ...(await emulatorLogs(folder)).map(({text}) => text)]
  return texts.some((text) => /port taken|is not open on|already in use|java\.net\.BindException/i.test(text))
}

async function quoteLogs({logFile, folder}: SuiteLogs): Promise<string[]> {
  const text = stripVTControlCharacters(await readLog(logFile))
  return [
    `cat ${logFile}`,
    ...(await emulatorLogs(folder)).filter((log) => log.text !== '').map(({file}) => `cat ${file}`),
    ...lastLines(text, QUOTED_LINES).map((line) => `its log says: ${line}`),
  ]
}

/** firebase-tools leaves the output of each emulator in its working folder. */
async function emulatorLogs(folder: string): Promise<{readonly file: string; readonly text: string}[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^(firestore|pubsub)-debug\.log$/.test(name))
  return await Promise.all(
    names.map(async (name) => ({file: join(folder, name), text: await readLog(join(folder, name))})),
  )
}

async function readLog(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '')
}
