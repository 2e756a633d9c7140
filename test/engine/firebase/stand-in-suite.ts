import {chmod, mkdir, mkdtempDisposable, readFile, symlink, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {findOnPath, createMachine} from '#runtime/engine/gcloud/machine.ts'

/** What a stand-in for an emulator does: this engine's own server, on the port that firebase-tools names. */
const server = join(import.meta.dirname, '../stand-ins/emulator.ts')

export type StandInSuite = AsyncDisposable & {
  readonly path: string
  /** For `startEngine`: a Java that claims to be what it is told, and emulators that need none. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * A real firebase-tools needs Java 21 and its own jars. In their place: a `java` that says which version it is and runs
 * this engine's own server for any jar, and the like for Pub/Sub.
 * @param release what the file beside Java says of its version, which is read without starting it
 * @param said what Java itself says
 * @param stubborn the Pub/Sub emulator does not heed signals
 */
export async function prepareSuite({
  release = '21.0.1',
  said = release,
  stubborn = false,
}: {readonly release?: string; readonly said?: string; readonly stubborn?: boolean} = {}): Promise<StandInSuite> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'stitch-firebase-'))
  const run = `exec '${process.execPath}' --conditions=stitch-source '${server}'`
  const ignore = stubborn ? "trap '' INT TERM\n" : ''
  await writeScript(
    join(folder.path, 'jdk/bin/java'),
    `for one in "$@"; do [ "$one" = -version ] && { echo 'openjdk version "${said}"' >&2; exit 0; }; done\n${run} firestore "$@"`,
  )
  await writeFile(join(folder.path, 'jdk/release'), `JAVA_VERSION="${release}"\n`)
  await writeFile(join(folder.path, 'firestore.jar'), '')
  await writeScript(join(folder.path, 'pubsub-emulator'), `${ignore}${run} pubsub ${stubborn ? '--stubborn ' : ''}"$@"`)
  return {
    path: folder.path,
    environment: {
      ...process.env,
      JAVA_HOME: join(folder.path, 'jdk'),
      FIRESTORE_EMULATOR_BINARY_PATH: join(folder.path, 'firestore.jar'),
      PUBSUB_EMULATOR_BINARY_PATH: join(folder.path, 'pubsub-emulator'),
      STITCH_TEST_FOLDER: folder.path,
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/**
 * Other emulators in a prepared suite: a line of shell for both, or the jars of Google's, which any Java runs once it is
 * told the main class that is not in the manifest.
 */
export async function replaceEmulators(
  {path}: StandInSuite,
  by: string | {readonly firestore: string; readonly pubsub: string},
): Promise<void> {
  const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore'
  const java = typeof by === 'string' ? by : `exec java -cp '${by.firestore}' ${main} --host "$host" --port "$port"`
  const pubsub = typeof by === 'string' ? by : `PATH='${process.env['PATH']}' exec java -jar '${by.pubsub}' "$@"`
  await writeScript(
    join(path, 'jdk/bin/java'),
    `for one in "$@"; do [ "$one" = -version ] && { echo 'openjdk version "21.0.1"' >&2; exit 0; }; done
     while [ $# -gt 0 ]; do case "$1" in --host) host=$2 ;; --port) port=$2 ;; esac; shift; done
     PATH='${process.env['PATH']}'
     ${java}`,
  )
  await writeScript(join(path, 'pubsub-emulator'), pubsub)
}

/** A folder for PATH whose `ps` knows one process only, so that whoever kills by its answer kills nobody else. */
export async function preparePs(folder: string, pid: number): Promise<string> {
  const bin = join(folder, 'bin')
  await writeScript(join(bin, 'ps'), `echo 'root ${pid} 0.0 0.0 1 1 ? S 00:00 0:00 pubsub-emulator'`)
  for (const name of ['sh', 'grep', 'awk', 'kill']) {
    const found = await findOnPath(name, createMachine(process.env))
    if (found) await symlink(found, join(bin, name))
  }
  return bin
}

/** The command with which firebase-tools would kill, as its own source has it. */
export async function readKillCommand(): Promise<string> {
  const require = createRequire(import.meta.url)
  const source = join(dirname(require.resolve('firebase-tools/package.json')), 'lib/emulator/pubsubEmulator.js')
  const statement = /PUBSUB_KILL_COMMAND = ([^]*?);\nexports/.exec(await readFile(source, 'utf8'))?.[1]
  return [...(statement ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join('')
}

async function writeScript(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), {recursive: true})
  await writeFile(file, `#!/bin/sh\n${text}\n`)
  await chmod(file, 0o755)
}
