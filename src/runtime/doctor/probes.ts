import {access, constants, readFile, realpath, stat, statfs} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {findSuite} from '#runtime/engine/firebase/find-suite.ts'
import {findJava} from '#runtime/engine/gcloud/find-java.ts'
import {findCloudSdk} from '#runtime/engine/gcloud/find-sdk.ts'
import {createMachine, findOnPath, type Machine} from '#runtime/engine/gcloud/machine.ts'
import {findPortHolder} from '#runtime/engine/ports-holder.ts'
import {probePort} from '#runtime/engine/ports.ts'
import {inspectLock} from '#runtime/engine/project-lock.ts'
import {readCredentials} from './credentials.ts'
import type {DoctorProbes, FolderState} from './types.ts'

/** Looks at this machine. */
export function createProbes({
  environment,
  cwd,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}): DoctorProbes {
  const machine = createMachine(environment)
  const tools = memoise(async () => {
    const [java, sdk] = await Promise.all([findJava(machine), findCloudSdk(machine)])
    return {java, sdk}
  })
  return {
    nodeVersion: process.versions.node,
    probePort,
    findPortHolder,
    inspectFolder,
    inspectLock,
    findTools: tools,
    findFirebaseSuite: () => findSuite(machine, cwd),
    findFirebaseTools: () => findFirebaseTools(cwd, machine),
    readCredentials: () => readCredentials(machine),
  }
}

/** Three rows of the table ask the same question; the answer takes a search. */
function memoise<T>(look: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => (answer ??= look())
}

/** Writes nothing: the folder may not exist yet, and looking must not make it. */
async function inspectFolder(folder: string): Promise<FolderState> {
  const place = await nearestExisting(folder)
  try {
    if (!(await stat(place)).isDirectory()) return {refused: 'a file is in its place'}
    await access(place, constants.W_OK)
  } catch (error) {
    const reasons: Record<string, string> = {EROFS: 'the file system is read-only', ENOTDIR: 'a file is in its place'}
    return {refused: reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? `this user may not write in ${place}`}
  }
  const space = await statfs(place).catch(() => undefined)
  return space ? {freeBytes: space.bavail * space.bsize} : {}
}

async function nearestExisting(folder: string): Promise<string> {
  const found = await realpath(folder).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : folder,
  )
  return found ?? (dirname(folder) === folder ? folder : await nearestExisting(dirname(folder)))
}

/** The project's own firebase-tools, looked for as Node does, or else the `firebase` on PATH. Running it takes a second. */
async function findFirebaseTools(cwd: string, machine: Machine): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const version = await versionIn(join(folder, 'node_modules', 'firebase-tools'))
    if (version !== undefined) return version
    if (dirname(folder) === folder) break
  }
  // <package>/lib/bin/firebase.js
  const command = await findOnPath('firebase', machine)
  return command && (await versionIn(dirname(dirname(dirname(command)))))
}

async function versionIn(packageFolder: string): Promise<string | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
      name?: string
      version?: string
    }
    return manifest.name === 'firebase-tools' ? manifest.version : undefined
  } catch {
    return undefined
  }
}
