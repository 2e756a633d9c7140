import {startEngine} from '#runtime/engine/start.ts'

/** A parent for the tests of the emulators' end: starts both, says their hosts, then waits to be killed. */
const anyPort = {port: 0, explicit: false}
const engine = await startEngine({
  name: 'gcloud',
  dataDir: process.argv[2] ?? '',
  projectId: 'demo-stitch',
  firestorePort: anyPort,
  pubsubPort: anyPort,
  environment: process.env,
  signal: new AbortController().signal,
  log: () => {},
})
process.stdout.write(`${engine.firestoreHost} ${engine.pubsubHost}\n`)
await new Promise(() => {})
