import {dirname, join} from 'node:path'
import {findOnPath, type Machine} from './machine.ts'

/** A Java to run the emulators with; what could not be told of it is undefined. */
export type Java = {
  readonly command: string
  /** `17.0.15`. */
  readonly version: string | undefined
  /** 17 for 17.0.15 and 8 for 1.8.0. */
  readonly major: number | undefined
}

/**
 * Classes of the emulators up to Google Cloud CLI 528 need Java 11; later ones need 21
 * (https://cloud.google.com/sdk/docs/release-notes, 523.0.0). A newer need shows when the emulator starts.
 */
export const OLDEST_JAVA = 11

/**
 * The Java of JAVA_HOME, or else the one on PATH. Its version is read from the `release` file that every JDK and JRE
 * since 9 has in its folder; Java itself is asked only where that file is missing, as it takes as long as a start.
 */
export async function findJava(machine: Machine): Promise<Java | undefined> {
  const home = machine.environment['JAVA_HOME']
  const own = home ? await machine.resolve(join(home, 'bin', 'java')) : undefined
  const command = own ?? (await findOnPath('java', machine))
  if (command === undefined) return undefined
  const release = await machine.read(join(dirname(dirname(command)), 'release'))
  const version = /^JAVA_VERSION="?([^"\n]+)/m.exec(release ?? '')?.[1] ?? (await askVersion(command, machine))
  return {command, version, major: version === undefined ? undefined : majorOf(version)}
}

async function askVersion(command: string, machine: Machine): Promise<string | undefined> {
  return /version "([^"]+)"/.exec((await machine.run(command, ['-version'])) ?? '')?.[1]
}

/** 1.8.0_402 is Java 8, 17.0.15 is Java 17, 21-ea is Java 21. */
export function majorOf(version: string): number | undefined {
  const match = /^(?:1\.)?(\d+)/.exec(version)
  return match ? Number(match[1]) : undefined
}
