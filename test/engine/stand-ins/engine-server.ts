import {startEngine} from '#runtime/engine/start.ts'

// Serves both services from the folder of the first argument, and tells their hosts to the parent, until it is killed.
const any = {port: 0, explicit: true}
const engine = await startEngine({
  name: 'embedded',
  dataDir: process.argv[2]!,
  projectId: 'p',
  firestorePort: any,
  pubsubPort: any,
  signal: new AbortController().signal,
  log: () => {},
})
process.send!([engine.firestoreHost, engine.pubsubHost])
