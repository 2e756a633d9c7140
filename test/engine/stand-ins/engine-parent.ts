import {startEngine} from '#runtime/engine/start.ts'
import type {EngineName} from '#runtime/engine/types.ts'

/** A parent for the tests of the emulators' end: starts the named engine, says its hosts, then waits to be killed. */
const [name, dataDir = ''] = process.argv.slice(2)
const anyPort = {port: 0, explicit: false}
const engine = await startEngine({
  name: name as EngineName,
  dataDir,
  projectId: 'demo-stitch',
  firestorePort: anyPort,
  pubsubPort: anyPort,
  environment: process.env,
  signal: new AbortController().signal,
  log: () => {},
})
process.stdout.write(`${engine.firestoreHost} ${engine.pubsubHost}\n`)
await new Promise(() => {})
