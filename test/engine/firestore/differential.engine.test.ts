import {isDeepStrictEqual} from 'node:util'
import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {skipReason, titled} from '../gcloud/skip-reason.ts'
import {startOfficial} from '../gcloud/start-official.ts'
import {ACCEPTED} from './differential/accepted.ts'
import {program, type Program} from './differential/program.ts'
import {runProgram, type Step} from './differential/run-program.ts'
import {openWire, type Wire} from './differential/wire.ts'
import {startEmbedded} from './start-embedded.ts'

/** How many programs, and from which seed; more by hand (docs/conformance.md). */
const RUNS = Number(process.env['STITCH_DIFFERENTIAL_RUNS'] ?? 150)
const SEED = Number(process.env['STITCH_DIFFERENTIAL_SEED'] ?? 20_260_101)

const opened = new AsyncDisposableStack()
afterAll(() => opened.disposeAsync())

describe.skipIf(skipReason !== undefined)(titled("Random programs against Google's emulator"), () => {
  let embedded: Wire
  let official: Wire

  beforeAll(async () => {
    const emulators = opened.use(await startOfficial())
    const engine = opened.use(await startEmbedded())
    embedded = opened.use(openWire(engine.firestoreHost))
    official = opened.use(openWire(emulators.firestoreHost))
  })

  test('the embedded engine answers every operation as it does, but for what is accepted', async () => {
    const accepted = new Map<string, number>()
    let compared = 0
    await fc.assert(
      fc.asyncProperty(program, async (operations) => {
        const [ours, theirs] = await Promise.all([runProgram(embedded, operations), runProgram(official, operations)])
        const [at, reason] = findDifference(operations, ours, theirs)
        compared += at ?? ours.length
        if (at === undefined) return
        if (reason === undefined)
          expect({operation: operations[at], ...ours[at]}).toEqual({operation: operations[at], ...theirs[at]})
        else accepted.set(reason, (accepted.get(reason) ?? 0) + 1)
      }),
      {numRuns: RUNS, seed: SEED},
    )
    // Most of what is generated must reach the end: a harness that accepts everything compares nothing.
    expect(compared).toBeGreaterThan(RUNS * 3)
    expect([...accepted.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(RUNS / 5)
  }, 600_000)
})

/** Where two runs of a program part, and why that is meant to be, if it is: what follows is not comparable then. */
function findDifference(
  operations: Program,
  ours: readonly Step[],
  theirs: readonly Step[],
): readonly [number | undefined, string | undefined] {
  const at = ours.findIndex(
    ({code, answers}, index) => code !== theirs[index]!.code || !isDeepStrictEqual(answers, theirs[index]!.answers),
  )
  if (at === -1) return [undefined, undefined]
  const operation = operations[at]
  const found = operation && ACCEPTED.find(({is}) => is(operation, ours[at]!, theirs[at]!))
  return [at, found?.what]
}
