import {readBundle} from '#runtime/functions/bundle.ts'
import {startFunctions} from '#runtime/functions/start.ts'

/** A process that starts functions and waits to be killed. Prints the ports of their processes. */
const functions = await startFunctions({
  bundle: await readBundle(process.argv[2]!),
  targets: ['lookup', 'worker'],
  env: {},
  emit: () => undefined,
  signal: new AbortController().signal,
})
const ports = await Promise.all(
  [functions.lookupUrl, functions.workerUrl!].map(async (url) => {
    const answer = await fetch(url)
    return ((await answer.json()) as {port: number}).port
  }),
)
process.stdout.write(`${JSON.stringify(ports)}\n`)
