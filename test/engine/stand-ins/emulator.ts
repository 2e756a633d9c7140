import {startEngine} from '#runtime/engine/start.ts'

/**
 * Stands in for one of Google's emulators: answers on the port of its arguments until it is ended. The first argument
 * names the service; arguments for a JVM may lie between.
 */
const [service, ...args] = process.argv.slice(2)
const line = args.join(' ')
const port = Number(/--port[= ](\d+)/.exec(line)?.[1])
const any = {port: 0, explicit: true}
const asked = {port, explicit: true}
if (args.includes('--stubborn')) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
const starting = startEngine({
  name: 'embedded',
  dataDir: 'unused',
  inMemory: true,
  projectId: 'demo-stitch',
  firestorePort: service === 'firestore' ? asked : any,
  pubsubPort: service === 'pubsub' ? asked : any,
  signal: new AbortController().signal,
  log: () => {},
})
// A JVM says so in its own words, by which a lost port is told from other troubles.
starting.catch(() => process.stderr.write('java.net.BindException: Address already in use\n'))
await starting
