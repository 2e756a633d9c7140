import {findPackageJSON} from 'node:module'
import {dirname, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {findJava, type Java} from '../gcloud/find-java.ts'
import {findOnPath, type Machine} from '../gcloud/machine.ts'

/** Where firebase-tools and what it needs are, as far as they are there. */
export type FoundSuite = {
  readonly java: Java | undefined
  readonly tools: FirebaseTools | undefined
  /** Variables that name an emulator of the person's own, and lead nowhere. */
  readonly lostPaths: readonly {readonly name: string; readonly path: string}[]
  /** Where an emulator is neither named by a variable nor in the cache; firebase-tools downloads it first. */
  readonly toDownload: readonly string[]
}

export type FirebaseTools = {
  /** The script of the command `firebase`. */
  readonly script: string
  readonly version: string
}

/** Each emulator with the variable that names one of the person's own and its name in the cache of firebase-tools. */
const EMULATORS = [
  {what: 'Firestore', variable: 'FIRESTORE_EMULATOR_BINARY_PATH', cached: /^cloud-firestore-emulator-v.*\.jar$/},
  {what: 'Pub/Sub', variable: 'PUBSUB_EMULATOR_BINARY_PATH', cached: /^pubsub-emulator-\d[^z]*$/},
] as const

/**
 * firebase-tools of the project, or else that beside this package or on PATH, with Java and the emulators. Looks only:
 * it takes a second to start.
 * @param project a folder in the project
 */
export async function findSuite(machine: Machine, project: string): Promise<FoundSuite> {
  const [java, tools, cache] = await Promise.all([
    findJava(machine),
    findFirebaseTools(machine, project),
    machine.list(machine.environment['FIREBASE_EMULATORS_PATH'] || join(machine.home, '.cache/firebase/emulators')),
  ])
  const own = await Promise.all(
    EMULATORS.map(async (emulator) => {
      const path = machine.environment[emulator.variable]
      return {...emulator, path, isThere: path ? (await machine.resolve(path)) !== undefined : false}
    }),
  )
  return {
    java,
    tools,
    lostPaths: own.flatMap(({variable, path, isThere}) => (path && !isThere ? [{name: variable, path}] : [])),
    toDownload: own.flatMap(({what, path, cached}) => (path || cache.some((name) => cached.test(name)) ? [] : [what])),
  }
}

/** The command's script lies in `lib/bin` of the package, in every version so far. */
async function findFirebaseTools(machine: Machine, project: string): Promise<FirebaseTools | undefined> {
  for (const base of [pathToFileURL(join(project, 'package.json')).href, import.meta.url]) {
    const found = await readTools(findManifest(base), machine)
    if (found) return found
  }
  const command = await findOnPath('firebase', machine)
  return await readTools(command && join(dirname(command), '../../package.json'), machine)
}

function findManifest(base: string): string | undefined {
  try {
    return findPackageJSON('firebase-tools', base)
  } catch {
    return undefined
  }
}

async function readTools(manifest: string | undefined, machine: Machine): Promise<FirebaseTools | undefined> {
  const text = manifest && (await machine.read(manifest))
  if (!manifest || !text) return undefined
  const {name, version = '', bin} = readManifest(text)
  if (name !== 'firebase-tools') return undefined
  return {script: join(dirname(manifest), bin?.firebase ?? 'lib/bin/firebase.js'), version}
}

/** Nothing of a manifest that an interrupted installation left half-written. */
function readManifest(text: string): {name?: string; version?: string; bin?: {firebase?: string}} {
  try {
    return JSON.parse(text) as object
  } catch {
    return {}
  }
}
