/**
 * Loaded into the process of firebase-tools before its own code (`node --import`), to keep what it does within what
 * stitch started. It starts emulators in process groups of their own, where the guard would not find them; and when its
 * Pub/Sub emulator does not end in time, it kills every process of the machine whose command line has
 * "pubsub-emulator" in it (lib/emulator/pubsubEmulator.js), other people's runs included. Here emulators stay in the
 * group, which the guard ends as a whole, and that command is not run.
 * It imports nothing of ours, so that it runs from source and from the build alike.
 */
import childProcess, {type SpawnOptions} from 'node:child_process'
import {syncBuiltinESMExports} from 'node:module'

type Spawn = (command: string, ...rest: readonly unknown[]) => unknown

const {spawn, execSync} = childProcess

const spawnInGroup: Spawn = (command, ...rest) =>
  (spawn as Spawn)(command, ...rest.map((one) => (isOptions(one) ? {...one, detached: false} : one)))

const execWithin: Spawn = (command, ...rest) => {
  if (/\bkill\b/.test(command) && command.includes('ubsub-emulator')) return Buffer.alloc(0)
  return (execSync as Spawn)(command, ...rest)
}

Object.assign(childProcess, {spawn: spawnInGroup, execSync: execWithin})
syncBuiltinESMExports()

function isOptions(value: unknown): value is SpawnOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
