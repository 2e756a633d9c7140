import {Firestore} from '@google-cloud/firestore'
import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {startOfficial} from '../gcloud/start-official.ts'
import {steps} from './differential/listeners.ts'
import {runSteps} from './differential/run-steps.ts'
import {startEmbedded} from './start-embedded.ts'

/** How many histories, and from which seed; more by hand (docs/conformance.md). */
const RUNS = Number(process.env['STITCH_DIFFERENTIAL_RUNS'] ?? 60)
const SEED = Number(process.env['STITCH_DIFFERENTIAL_SEED'] ?? 20_260_101)

const opened = new AsyncDisposableStack()
afterAll(() => opened.disposeAsync())

describe.skipIf(skipReason !== undefined)(titled("Random listeners against Google's emulator"), () => {
  let hosts: readonly string[] = []

  beforeAll(async () => {
    const emulators = opened.use(await startOfficial())
    const engine = opened.use(await startEmbedded())
    hosts = [engine.firestoreHost, emulators.firestoreHost]
  })

  test('the unmodified client tells the same snapshots after every commit', async () => {
    let runs = 0
    let heard = 0
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const projectId = `demo-${process.pid}-${runs++}`
        const [ours, theirs] = await Promise.all(
          hosts.map(async (host) => {
            const client = new Firestore({projectId, host, ssl: false, ignoreUndefinedProperties: true})
            try {
              return await runSteps(client, history)
            } finally {
              await client.terminate()
            }
          }),
        )
        expect(ours).toEqual(theirs)
        heard += ours!.filter((account) => account.includes('"changes":["')).length
      }),
      // Not shrunk: each attempt of a listener that lost something waits for it in vain.
      {numRuns: RUNS, seed: SEED, endOnFailure: true},
    )
    // Most histories must let listeners hear of something: silence is equal everywhere.
    expect(heard).toBeGreaterThan(RUNS * 2)
  }, 600_000)
})
