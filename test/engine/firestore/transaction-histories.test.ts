import fc from 'fast-check'
import {expect, test} from 'vitest'
import {createHandTimeline} from '../pubsub/hand-timeline.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {RawService} from './raw-service.ts'
import {numberOf} from './transaction-calls.ts'

const PATHS = ['c/a', 'c/b', 'c/d', 'c/e'] as const
const OPTIMISTIC = Buffer.from([0x12, 4, 0x1a, 2, 0x10, 1])

const path = fc.constantFrom(...PATHS)
const reading = fc.oneof(
  fc.record({paths: fc.uniqueArray(path, {minLength: 1, maxLength: 3})}),
  fc.record({above: fc.nat(9), limit: fc.integer({min: 1, max: 4})}),
)
/** Turns of the event loop before it; and those after which the call is cancelled, if it is. */
const when = {pause: fc.nat(5), cancelled: fc.option(fc.nat(4), {freq: 6})}
const writes = fc.uniqueArray(fc.record({path, n: fc.option(fc.nat(9), {freq: 4})}), {
  maxLength: 3,
  selector: (write) => write.path,
})
const transaction = fc.record({
  begins: fc.constantFrom('by itself', 'with its first read', 'optimistically', 'again'),
  reads: fc.array(fc.record({...when, reading}), {minLength: 1, maxLength: 4}),
  ends: fc.constantFrom('commit', 'commit', 'commit', 'rollback', 'never'),
})
const actor = fc.record({...when, transaction: fc.option(transaction, {freq: 4}), writes})
type Actor = typeof actor extends fc.Arbitrary<infer T> ? T : never
type Reading = typeof reading extends fc.Arbitrary<infer T> ? T : never
type State = ReadonlyMap<string, number>
/** What a read answered, and what it is in a state. */
type Told = {readonly answer: string; readonly in: (state: State) => string}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve))
}

function signalFor(cancelled: number | null): AbortSignal {
  const controller = new AbortController()
  if (cancelled !== null) void pause(cancelled).then(() => controller.abort(new Error('gone')))
  return controller.signal
}

function evaluate(asked: Reading, state: State): string {
  if ('paths' in asked) return asked.paths.map((name) => `${name} ${state.get(name)}`).join()
  const found = [...state].filter(([, n]) => n > asked.above)
  const sorted = found.toSorted(([one, n], [other, m]) => n - m || (one < other ? -1 : 1))
  return sorted
    .map(([name, n]) => `${name} ${n}`)
    .slice(0, asked.limit)
    .join()
}

type Answered = {readonly told: Told; readonly begun: Buffer | undefined}

async function ask(service: RawService, asked: Reading, selector: object, signal: AbortSignal): Promise<Answered> {
  const answers = await ('paths' in asked
    ? service.call('BatchGetDocuments', {database: DATABASE, documents: asked.paths.map(nameOf), ...selector}, signal)
    : service.call('RunQuery', {parent: ROOT, structuredQuery: queryOf(asked), ...selector}, signal))
  const rows = answers.flatMap(({found, missing, document}) => {
    const row = (found ?? document) as {name: string; fields: {n: {integerValue: string}}} | undefined
    if (row) return [`${pathOf(row.name)} ${row.fields.n.integerValue}`]
    return missing === undefined ? [] : [`${pathOf(missing as string)} undefined`]
  })
  const begun = answers.map((answer) => answer['transaction'] as Buffer | undefined).find((id) => id?.length)
  return {told: {answer: rows.join(), in: (state) => evaluate(asked, state)}, begun}
}

const nameOf = (name: string): string => `${ROOT}/${name}`
const pathOf = (name: string): string => name.slice(ROOT.length + 1)
const queryOf = ({above, limit}: Extract<Reading, {above: number}>): object => ({
  from: [{collectionId: 'c'}],
  where: {fieldFilter: {field: {fieldPath: 'n'}, op: 'GREATER_THAN', value: {integerValue: above}}},
  limit: {value: limit},
})

type Watched = {
  /** What was read before the commit of a mark. */
  readonly told: Map<string, Told[]>
  /** Marks of commits, in their order. */
  readonly applied: string[]
  readonly wrong: string[]
}

/** Sees from the store's side whether a commit finds what its transaction has read. */
function watchCommits(service: RawService): Watched {
  const state = new Map<string, number>()
  const watched: Watched = {told: new Map(), applied: [], wrong: []}
  service.store.subscribe(({changes}) => {
    const paths = changes.map(({name}) => pathOf(name))
    for (const mark of paths.filter((changed) => changed.startsWith('marks/') && numberOf(service, changed))) {
      watched.applied.push(mark)
      for (const {answer, in: evaluated} of watched.told.get(mark) ?? []) {
        if (evaluated(state) !== answer) watched.wrong.push(`read "${answer}" where "${evaluated(state)}" was`)
      }
    }
    for (const changed of paths.filter((name) => name.startsWith('c/'))) {
      const n = numberOf(service, changed)
      if (n === undefined) state.delete(changed)
      else state.set(changed, n)
    }
  })
  return watched
}

/** Commits with a mark; tells whether that was answered. What is refused must be so for a reason, and without effect. */
async function commitMarked(
  service: RawService,
  {writes, cancelled}: Actor,
  mark: string,
  id?: Buffer,
): Promise<boolean> {
  const all = writes.map(({path: name, n}) => (n === null ? {delete: nameOf(name)} : writeOf(name, {n})))
  const request = {database: DATABASE, writes: [...all, writeOf(mark, {n: 1})], transaction: id}
  return await succeeds(service.call('Commit', request, signalFor(cancelled)))
}

async function succeeds(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    const {code, message} = error as {code?: number; message: string}
    expect(code === 10 || message === 'gone' || /expired/.test(message) ? 'a reason' : message).toBe('a reason')
    return false
  }
}

/** Returns the mark if its commit was answered; `last` is the id of a transaction before. */
async function act(service: RawService, actor: Actor, watched: Watched, shared: {last?: Buffer}): Promise<string[]> {
  const mark = `marks/${watched.told.size}`
  const told: Told[] = []
  watched.told.set(mark, told)
  await pause(actor.pause)
  const {transaction} = actor
  if (!transaction) return (await commitMarked(service, actor, mark)) ? [mark] : []
  const {begins, reads, ends} = transaction
  let id: Buffer | undefined
  if (begins !== 'with its first read') {
    const again = begins === 'again' && shared.last ? {retryTransaction: shared.last} : {}
    const [isEncoded, options] = [begins === 'optimistically', {readWrite: again}]
    const request = {database: DATABASE, ...(isEncoded ? {} : {options})}
    const [begun] = await service.call('BeginTransaction', request, undefined, isEncoded ? OPTIMISTIC : undefined)
    id = begun!['transaction'] as Buffer
  }
  for (const read of reads) {
    await pause(read.pause)
    const selector = id ? {transaction: id} : {newTransaction: {readWrite: {}}}
    const answered = ask(service, read.reading, selector, signalFor(read.cancelled))
    if (!(await succeeds(answered))) return []
    const {told: one, begun} = await answered
    told.push(one)
    id ??= begun
  }
  shared.last = id!
  if (ends === 'commit') return (await commitMarked(service, actor, mark, id)) ? [mark] : []
  if (ends === 'rollback') await service.call('Rollback', {database: DATABASE, transaction: id})
  return []
}

test.each(['pessimistic', 'optimistic'] as const)(
  'every commit of a transaction finds what it has read, none that was refused is applied, and no lock stays (%s)',
  async (concurrency) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(actor, {minLength: 2, maxLength: 10}),
        fc.option(fc.nat(30), {freq: 4}),
        async (actors, clear) => {
          const timers = createHandTimeline(1_700_000_000_000)
          using service = createRawService(timers, {timers, concurrency})
          const watched = watchCommits(service)
          await service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 3}), writeOf('c/b', {n: 6})]})
          const shared = {}
          const all = Promise.all(actors.map((each) => act(service, each, watched, shared)))
          const clearing = clear === null ? undefined : pause(clear).then(service.clear)
          // Whoever waits for a transaction that nobody ends does so until its time is over.
          const step = async (): Promise<undefined> => {
            await pause(100)
            await timers.moveTo(timers.now() + 1000)
            return undefined
          }
          while ((await Promise.race([all, step()])) === undefined);
          await clearing
          const answered = (await all).flat()
          expect(watched.wrong).toEqual([])
          expect(watched.applied.toSorted()).toEqual(answered.toSorted())
          await timers.moveTo(timers.now() + 271_000)
          const writes = PATHS.map((name) => writeOf(name, {n: 1}))
          expect(service.answer('Commit', {database: DATABASE, writes})).toBeInstanceOf(Uint8Array)
        },
      ),
      {numRuns: 40},
    )
  },
  60_000,
)
