import {open, readFile, rename, rm, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {StitchError} from '#runtime/kernel/errors.ts'
import {makeDataFolder, notWritable} from './project-folder.ts'
import type {EngineName} from './types.ts'
import {checkLife, identifySelf, type Life, type ProcessIdentity} from './project-lock-process.ts'

/** Where a running command's engine is reached, for `stitch seed` beside a running `stitch dev`. */
export type AnnouncedEngine = {
  readonly name: EngineName
  readonly firestoreHost: string
  readonly pubsubHost: string
  readonly projectId: string
}

/** Who works in a data folder. */
export type DataDirOwner = ProcessIdentity & {
  /** `stitch dev`, as typed. */
  readonly command: string
  /** ISO time. */
  readonly since: string
  /** Once its engine answers. */
  readonly engine?: AnnouncedEngine
}

/** The data folder belongs to this process until this is disposed of, or the process ends in whatever way. */
export type DataDirLock = AsyncDisposable & {
  /** Tells other commands where the engine answers. */
  readonly announce: (engine: AnnouncedEngine) => Promise<void>
}

/** Between making the file and writing it lies one system call; who finds it empty looks again before judging. */
const EMPTY_FOR_MS = 500

/**
 * Takes the data folder for this process, making the folder where it is missing. What a dead process left is taken
 * over. Throws STITCH_BUSY for a living holder, STITCH_DATA_DIR_NOT_WRITABLE for a full or read-only folder (both exit
 * environment).
 */
export async function lockDataDir(dataDir: string, {command}: {readonly command: string}): Promise<DataDirLock> {
  makeDataFolder(dataDir)
  const file = lockFile(dataDir)
  const own: DataDirOwner = {...identifySelf(), command, since: new Date().toISOString()}
  while (!(await createLock(file, own, dataDir))) {
    const holder = await inspectLock(dataDir)
    if (holder && holder.life !== 'dead') throw busy(dataDir, holder)
    if (holder) await removeStale(file, own, dataDir)
  }
  return {
    announce: async (engine) => {
      try {
        // Renaming replaces the file in one step: no reader sees half of it.
        await writeFile(`${file}.next`, format({...own, engine}))
        await rename(`${file}.next`, file)
      } catch (error) {
        throw notWritable(dataDir, error)
      }
    },
    [Symbol.asyncDispose]: async () => {
      const {owner} = (await inspectLock(dataDir)) ?? {}
      // Somebody may have removed the file by hand and a third have come since.
      if (owner?.pid === own.pid && owner.since === own.since) await rm(file, {force: true})
    },
  }
}

/** The living process that works in the folder, if there is one. Never throws for a missing or broken lock. */
export async function readDataDirOwner(dataDir: string): Promise<DataDirOwner | undefined> {
  const holder = await inspectLock(dataDir)
  return holder?.life === 'alive' ? holder.owner : undefined
}

/** A lock as found; without an owner where it could not be understood. */
export type FoundLock = {readonly owner: DataDirOwner | undefined; readonly life: Life}

/** The lock of a data folder, if there is one, whoever left it. */
export async function inspectLock(dataDir: string): Promise<FoundLock | undefined> {
  return await inspectFile(lockFile(dataDir))
}

/** A file that cannot be understood was left by somebody who died while writing. */
async function inspectFile(file: string): Promise<FoundLock | undefined> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const owner = parse(text)
    if (owner) return {owner, life: checkLife(owner)}
    const age = Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? 0)
    if (age > EMPTY_FOR_MS) return {owner: undefined, life: 'dead'}
    await delay(20)
  }
}

/** O_EXCL: of two who come at once, one makes the file. False when it is there already. */
async function createLock(file: string, own: DataDirOwner, dataDir: string): Promise<boolean> {
  let made = false
  try {
    await using handle = await open(file, 'wx')
    made = true
    await handle.writeFile(format(own))
    return true
  } catch (error) {
    // A full disk takes the name but not the content.
    if (made) await rm(file, {force: true})
    else if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw notWritable(dataDir, error)
  }
}

/**
 * Of two who find the same stale lock, the slower must not remove the new one of the faster. So whoever removes holds
 * a second lock meanwhile and looks again: nobody but the dead holder could then have changed what is there.
 */
async function removeStale(file: string, own: DataDirOwner, dataDir: string): Promise<void> {
  const mutex = `${file}.takeover`
  if (!(await createLock(mutex, own, dataDir))) {
    // Killed in these two lines of code; nothing else leaves it behind.
    if ((await inspectFile(mutex))?.life === 'dead') await rm(mutex, {force: true})
    await delay(5)
    return
  }
  try {
    if ((await inspectFile(file))?.life === 'dead') await rm(file, {force: true})
  } finally {
    await rm(mutex, {force: true})
  }
}

function busy(dataDir: string, {owner, life}: FoundLock): StitchError {
  const where = life === 'elsewhere' ? ` on ${owner?.machine ?? 'another machine'}` : ''
  const kept = owner?.command === 'stitch engine start' ? 'stitch engine stop' : `kill ${owner?.pid} stops it`
  const stop = life === 'elsewhere' ? `rm ${lockFile(dataDir)} when that process is gone` : kept
  return new StitchError(
    `${owner?.command} (process ${owner?.pid}${where}, since ${owner?.since}) works in ${dataDir}, so nothing was started.`,
    {code: 'STITCH_BUSY', exit: 'environment', hints: [stop, '--data-dir DIR runs beside it in another folder']},
  )
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'lock.json')
}

function format(owner: DataDirOwner): string {
  return `${JSON.stringify(owner, null, 2)}\n`
}

/** Only the fields that are needed to judge are looked at: the file is ours, and may be of another version. */
function parse(text: string): DataDirOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<DataDirOwner> | null
    return typeof value?.pid === 'number' && typeof value.machine === 'string' ? (value as DataDirOwner) : undefined
  } catch {
    return undefined
  }
}
