import fc from 'fast-check'
import {expect, test} from 'vitest'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {RawService} from './raw-service.ts'
import {begin, commit, numberOf, read, rollback} from './transaction-calls.ts'

const PATHS = ['c/a', 'c/b', 'c/d'] as const

/** Who adds one to each of its counters, some time after the calls before it. */
const actor = fc.record({
  how: fc.constantFrom('by transaction', 'by query', 'optimistically', 'by increment', 'each by increment'),
  paths: fc.shuffledSubarray([...PATHS], {minLength: 1}),
  pauses: fc.array(fc.nat(4), {minLength: 6, maxLength: 6}),
})
type Actor = typeof actor extends fc.Arbitrary<infer T> ? T : never

const OPTIMISTIC = Buffer.from([0x12, 4, 0x1a, 2, 0x10, 1])

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve))
}

const increments = (paths: readonly string[]): object[] =>
  paths.map((path) =>
    writeOf(path, {}, {updateMask: {}, updateTransforms: [{fieldPath: 'n', increment: {integerValue: 1}}]}),
  )

async function readCounters(service: RawService, {how, paths, pauses}: Actor, transaction: Buffer) {
  const found: Record<string, number> = {}
  if (how === 'by query') {
    const structuredQuery = {from: [{collectionId: 'c'}]}
    const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery, transaction})
    for (const {document} of answers as {document: {name: string; fields: {n: {integerValue: string}}}}[]) {
      found[document.name.slice(ROOT.length + 1)] = Number(document.fields.n.integerValue)
    }
    return found
  }
  for (const [at, path] of paths.entries()) {
    await pause(pauses[at]!)
    found[path] = (await read(service, path, transaction))!
  }
  return found
}

/** Does what the actor is to do, again and again until it succeeds; returns how many attempts that took. */
async function act(service: RawService, actor: Actor): Promise<number> {
  const {how, paths, pauses} = actor
  await pause(pauses[4]!)
  if (how === 'by increment') {
    await service.call('Commit', {database: DATABASE, writes: increments(paths)})
    return 1
  }
  if (how === 'each by increment') {
    await service.call('BatchWrite', {database: DATABASE, writes: increments(paths)})
    return 1
  }
  let last: Buffer | undefined
  for (let attempt = 1; ; attempt++) {
    const options = {readWrite: last ? {retryTransaction: last} : {}}
    const transaction = await begin(service, options, how === 'optimistically' ? OPTIMISTIC : undefined)
    try {
      const found = await readCounters(service, actor, transaction)
      await pause(pauses[3]!)
      const wanted = Object.fromEntries(paths.map((path) => [path, found[path]! + 1]))
      await commit(service, wanted, transaction)
      return attempt
    } catch (error) {
      expect(error).toMatchObject({code: 10})
      void rollback(service, transaction)
      last = transaction
      await pause(pauses[5]!)
    }
  }
}

test('whoever counts up at the same time and however, no step is lost, and all come to an end by themselves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actor, {minLength: 2, maxLength: 8}), async (actors) => {
      // A clock that stands still: nobody is helped by another's transaction running out of time.
      using service = createRawService({now: () => 1_700_000_000_000})
      await commit(service, Object.fromEntries(PATHS.map((path) => [path, 0])))
      const attempts = await Promise.all(actors.map((each) => act(service, each)))
      for (const path of PATHS) {
        const steps = actors.filter(({paths}) => paths.includes(path)).length
        expect(numberOf(service, path)).toBe(steps)
      }
      // Whoever is the oldest wins against all others, so that each attempt that fails has somebody before it.
      const pessimistic = actors.every(({how}) => how !== 'optimistically')
      if (pessimistic) expect(Math.max(...attempts)).toBeLessThanOrEqual(actors.length)
    }),
    {numRuns: 300},
  )
}, 60_000)
