import {createHash} from 'node:crypto'
import {readdir, rename, rm, stat, statfs, utimes, writeFile} from 'node:fs/promises'
import {basename, dirname, isAbsolute, join} from 'node:path'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import type {ProbedService} from '../probe.ts'
import type {Java} from './find-java.ts'

/**
 * The classes of an emulator as one JVM left them for the next, which then starts in less than half of the time
 * (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html). Nothing about it can keep an emulator from
 * starting: a JVM does without an archive that does not fit it, and one that it cannot stand is deleted.
 */
export type ClassArchive = {
  /** `read`: there is one. `written`: the JVM leaves one when it ends. `none`: it can do neither. */
  readonly state: 'read' | 'written' | 'none'
  /** Arguments of `java`. */
  readonly flags: readonly string[]
  /** Takes what an emulator wrote that answered and then ended by itself. */
  readonly keep: () => Promise<void>
  /** Deletes what was written or read: what came of it is not to be used again. */
  readonly drop: () => Promise<void>
}

type ArchiveKey = {
  readonly service: ProbedService
  readonly java: Java
  readonly jar: string
  /** All flags of the JVM that decide what an archive looks like, but for those of the variables that it reads itself. */
  readonly jvmFlags: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The first version with archives of an application's own classes, written when it ends (JEP 350). */
const OLDEST_JAVA = 13
/** Archives of other jars and Javas stay for so long after they were read: whoever switches between two of them makes both once. */
const KEPT_FOR_MS = 30 * 24 * 3_600_000

/** Both archives together, with much to spare: that of Firestore has 44 MB, that of Pub/Sub 27 (measured). */
const MOST_BYTES = 200_000_000

/** Variables with flags that every JVM takes. */
const FLAG_VARIABLES = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS']

const NONE: ClassArchive = {state: 'none', flags: [], keep: async () => {}, drop: async () => {}}

/**
 * The archive of an emulator in a cache folder, under a name that is made of everything that it depends on. Two runs may
 * write it at once: each writes a file of its own and gives it the name in one step when it is complete.
 */
export async function openClassArchive(folder: string, key: ArchiveKey, mostBytes = MOST_BYTES): Promise<ClassArchive> {
  const {service, java} = key
  if (java.version === undefined || (java.major ?? 0) < OLDEST_JAVA || process.platform === 'win32') return NONE
  const file = join(folder, `${service}-${await hashOf(key)}.jsa`)
  if (await exists(file)) {
    // By this the next ones to be removed are told from those in use.
    await utimes(file, new Date(), new Date()).catch(() => {})
    return {
      state: 'read',
      // What a JVM thinks of an archive it says only when asked.
      flags: ['-Xshare:auto', `-XX:SharedArchiveFile=${file}`, '-Xlog:cds=info:stdout'],
      keep: async () => {},
      drop: () => rm(file, {force: true}),
    }
  }
  const unfinished = `${file}.${process.pid}.tmp`
  if (!(await canHold(folder, unfinished, mostBytes))) return NONE
  return {
    state: 'written',
    flags: [`-XX:ArchiveClassesAtExit=${unfinished}`],
    keep: async () => {
      // There is none where the disk is full or this Java was built without archives; the next run tries again.
      await rename(unfinished, file).catch(() => {})
      await removeOld(file)
    },
    drop: () => rm(unfinished, {force: true}),
  }
}

/** Whether an archive can be written: a JVM that tries in vain takes its seconds all the same, at the end of every run. */
async function canHold(folder: string, file: string, bytes: number): Promise<boolean> {
  try {
    makeFolder(folder)
    await writeFile(file, '')
    await rm(file)
    const {bavail, bsize} = await statfs(folder)
    return bavail * bsize >= bytes
  } catch {
    return false
  }
}

/** Where programs keep what can be made again, by the customs of each system. */
export function classArchiveFolder(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const usual = process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache')
  const own = environment['XDG_CACHE_HOME'] ?? ''
  // A relative one is to be ignored (XDG Base Directory Specification, Basics).
  return join(isAbsolute(own) ? own : usual, 'stitch', 'classes')
}

/** Whether the log of a JVM that was to read an archive says that it did not. */
export function saysArchiveIsUnusable(log: string): boolean {
  return /^\[.*\[cds\b.*(UseSharedSpaces:|Unable to|failed)/m.test(log)
}

async function hashOf({java, jar, jvmFlags, environment}: ArchiveKey): Promise<string> {
  const {size, mtimeMs} = await stat(jar)
  const variables = FLAG_VARIABLES.map((name) => environment[name] ?? '')
  const parts = [java.command, java.version, jar, size, mtimeMs, jvmFlags, variables]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)
}

/** What killed runs left half-written, and archives of the same emulator that nothing asked for in a long time. */
async function removeOld(file: string): Promise<void> {
  const folder = dirname(file)
  const service = basename(file).split('-')[0]
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    if (path === file || !name.startsWith(`${service}-`)) continue
    const writer = /\.(\d+)\.tmp$/.exec(name)?.[1]
    const isOver = writer === undefined ? (await ageOf(path)) > KEPT_FOR_MS : !isRunning(Number(writer))
    if (isOver) await rm(path, {force: true})
  }
}

async function ageOf(path: string): Promise<number> {
  return Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now())
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is one, but it is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    (found) => found.size > 0,
    () => false,
  )
}
