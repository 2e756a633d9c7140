import fc from 'fast-check'
import {expect, test} from 'vitest'
import {addDocuments, addQuery} from './listen-stream.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {Answer, RawStream} from './raw-service.ts'

type Document = {readonly name: string; readonly updateTime: unknown}
type Change = {
  readonly document: Document
  readonly targetIds?: readonly number[]
  readonly removedTargetIds?: readonly number[]
}
type Gone = {readonly document: string; readonly removedTargetIds?: readonly number[]}
type TargetChange = {
  readonly targetChangeType?: string
  readonly targetIds?: readonly number[]
  readonly readTime?: unknown
}

/** What a client holds for each target: update times by name. */
type Held = Map<number, Map<string, unknown>>

/** Follows one message as a client with many targets does, which is told for which of them a document is a result. */
function apply(held: Held, answer: Answer): void {
  const {targetChange, documentChange, documentDelete, documentRemove} = answer as {
    targetChange?: TargetChange
    documentChange?: Change
    documentDelete?: Gone
    documentRemove?: Gone
  }
  for (const id of targetChange?.targetIds ?? []) {
    if (targetChange?.targetChangeType === 'ADD') held.set(id, new Map())
    else if (targetChange?.targetChangeType === 'REMOVE') held.delete(id)
  }
  for (const id of documentChange?.targetIds ?? []) {
    const {name, updateTime} = documentChange!.document
    expect(held.get(id), `target ${id} is open`).toBeDefined()
    held.get(id)!.set(name, updateTime)
  }
  const name = documentChange?.document.name ?? documentDelete?.document ?? documentRemove?.document
  for (const id of (documentChange ?? documentDelete ?? documentRemove)?.removedTargetIds ?? []) {
    expect(documentChange?.targetIds ?? [], `${name} is no result and one of ${id} at once`).not.toContain(id)
    held.get(id)!.delete(name!)
  }
}

/** Takes messages up to a snapshot and returns its time. */
async function takeSnapshot(stream: RawStream, held: Held): Promise<unknown> {
  for (;;) {
    const answer = (await stream.next())!
    apply(held, answer)
    const change = answer['targetChange'] as TargetChange | undefined
    if (change && !change.targetChangeType && !change.targetIds?.length && change.readTime) return change.readTime
  }
}

const value = fc.integer({min: 0, max: 4})
const field = {fieldPath: 'n'}
const query = fc.record(
  {
    where: value.map((n) => ({fieldFilter: {field, op: 'GREATER_THAN', value: {integerValue: n}}})),
    orderBy: fc.constantFrom('ASCENDING', 'DESCENDING').map((direction) => [{field, direction}]),
    limit: fc.integer({min: 1, max: 2}).map((most) => ({value: most})),
    select: fc.constant({fields: [field]}),
    from: fc.constantFrom([{collectionId: 'c', allDescendants: true}], [{collectionId: 'c'}]),
  },
  {requiredKeys: []},
)
const path = fc.constantFrom('c/a', 'c/b', 'c/d', 'p/q/c/a')
type Target = {readonly query: object} | {readonly documents: readonly string[]}
const target: fc.Arbitrary<Target> = fc.oneof(
  {weight: 4, arbitrary: fc.record({query})},
  {weight: 1, arbitrary: fc.record({documents: fc.uniqueArray(path, {minLength: 1, maxLength: 2})})},
)
const write = fc.record({path, n: fc.option(value, {nil: undefined, freq: 2})})
const step = fc.oneof(
  {weight: 3, arbitrary: fc.record({writes: fc.uniqueArray(write, {selector: (each) => each.path, minLength: 1})})},
  {weight: 1, arbitrary: fc.record({target})},
  {weight: 1, arbitrary: fc.record({remove: fc.nat(5)})},
)

test('one stream with many targets tells each its results, all as of one time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, {minLength: 1, maxLength: 4}),
      fc.array(step, {minLength: 1, maxLength: 12}),
      async (first, steps) => {
        using service = createRawService()
        using stream = service.open('Listen')
        const held: Held = new Map()
        const open = new Map<number, Target>()
        let ids = 0
        const add = (wanted: Target): void => {
          const id = ++ids
          open.set(id, wanted)
          if ('query' in wanted) addQuery(stream, id, wanted.query)
          else addDocuments(stream, id, wanted.documents)
        }
        const results = async (wanted: Target, readTime: unknown): Promise<Map<string, unknown>> => {
          const answers =
            'query' in wanted
              ? await service.call('RunQuery', {
                  parent: ROOT,
                  structuredQuery: {from: [{collectionId: 'c'}], ...wanted.query},
                  readTime,
                })
              : await service.call('BatchGetDocuments', {
                  database: DATABASE,
                  documents: wanted.documents.map((each) => `${ROOT}/${each}`),
                  readTime,
                })
          const found = answers.flatMap(({document, found: one}) => (document ?? one ?? []) as Document | [])
          return new Map(found.map((each) => [each.name, each.updateTime]))
        }
        const compare = async (readTime: unknown): Promise<void> => {
          expect(new Set(held.keys())).toEqual(new Set(open.keys()))
          for (const [id, wanted] of open) expect(held.get(id), `target ${id}`).toEqual(await results(wanted, readTime))
        }
        for (const wanted of first) {
          add(wanted)
          await compare(await takeSnapshot(stream, held))
        }
        for (const each of steps) {
          if ('remove' in each) {
            const id = each.remove + 1
            if (!open.delete(id)) continue
            stream.send({database: DATABASE, removeTarget: id})
            apply(held, (await stream.next())!)
          } else if ('target' in each) {
            add(each.target)
            await compare(await takeSnapshot(stream, held))
          } else {
            const writes = each.writes.map((one) =>
              one.n === undefined ? {delete: `${ROOT}/${one.path}`} : writeOf(one.path, {n: one.n}),
            )
            await service.call('Commit', {database: DATABASE, writes})
            // A target of nothing makes a snapshot of it, also where nothing changed for any other.
            add({documents: ['none/x']})
            await compare(await takeSnapshot(stream, held))
          }
        }
      },
    ),
    {numRuns: 100},
  )
})
