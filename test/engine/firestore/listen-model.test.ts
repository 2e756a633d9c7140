import fc from 'fast-check'
import {expect, test} from 'vitest'
import {addQuery} from './listen-stream.ts'
import {createRawService, DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {Answer, RawStream} from './raw-service.ts'

type Document = {readonly name: string; readonly updateTime: unknown}

/** What a client that follows the protocol holds after each message. */
function apply(held: Map<string, unknown>, answer: Answer): void {
  const {targetChange, documentChange, documentDelete, documentRemove, filter} = answer as {
    targetChange?: {targetChangeType?: string}
    documentChange?: {document: Document; removedTargetIds?: number[]}
    documentDelete?: {document: string}
    documentRemove?: {document: string}
    filter?: {count?: number}
  }
  const gone = documentDelete ?? documentRemove
  if (targetChange?.targetChangeType === 'RESET') held.clear()
  else if (gone) held.delete(gone.document)
  else if (documentChange?.removedTargetIds) held.delete(documentChange.document.name)
  else if (documentChange) held.set(documentChange.document.name, documentChange.document.updateTime)
  else if (filter) expect(held.size).toBe(filter.count ?? 0)
}

/** Takes messages up to a snapshot and returns its token. */
async function takeSnapshot(
  stream: RawStream,
  held: Map<string, unknown>,
): Promise<{token: Buffer; readTime: unknown}> {
  for (;;) {
    const answer = (await stream.next())!
    apply(held, answer)
    const change = answer['targetChange'] as
      | {targetChangeType?: string; resumeToken: Buffer; readTime: unknown}
      | undefined
    if (change && !change.targetChangeType) return {token: change.resumeToken, readTime: change.readTime}
  }
}

const value = fc.integer({min: 0, max: 6})
const field = {fieldPath: 'n'}
const query = fc.record({
  where: fc.option(
    value.map((n) => ({fieldFilter: {field, op: 'GREATER_THAN', value: {integerValue: n}}})),
    {nil: undefined},
  ),
  orderBy: fc.constantFrom('ASCENDING', 'DESCENDING').map((direction) => [{field, direction}]),
  limit: fc.option(
    fc.integer({min: 1, max: 3}).map((most) => ({value: most})),
    {nil: undefined, freq: 2},
  ),
  // Mostly none of both: those queries are never run again as a whole.
  offset: fc.constantFrom(0, 0, 0, 1, 2),
  startAt: fc.option(fc.record({values: value.map((n) => [{integerValue: n}]), before: fc.boolean()}), {
    nil: undefined,
  }),
})
const write = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  n: fc.option(value, {nil: undefined, freq: 3}),
})
const step = fc.record({
  commits: fc.array(fc.uniqueArray(write, {selector: ({id}) => id, minLength: 1, maxLength: 4}), {maxLength: 3}),
  reconnect: fc.boolean(),
})

test('a listener that follows the messages holds what the query answers at the time of each snapshot', async () => {
  await fc.assert(
    fc.asyncProperty(query, fc.array(step, {minLength: 1, maxLength: 6}), async (structured, steps) => {
      using service = createRawService()
      const held = new Map<string, unknown>()
      let stream = service.open('Listen')
      addQuery(stream, 1, structured)
      let {token, readTime} = await takeSnapshot(stream, held)
      for (const [at, {commits, reconnect}] of steps.entries()) {
        for (const writes of commits) {
          await service.call('Commit', {
            database: DATABASE,
            writes: writes.map(({id, n}) => (n === undefined ? {delete: `${ROOT}/c/${id}`} : writeOf(`c/${id}`, {n}))),
          })
        }
        if (reconnect) {
          stream[Symbol.dispose]()
          stream = service.open('Listen')
          addQuery(stream, 1, structured, {resumeToken: token})
        } else {
          // Another target makes a snapshot of it, also where nothing changed for this one.
          addQuery(stream, 2 + at, {from: [{collectionId: 'none'}]})
        }
        ;({token, readTime} = await takeSnapshot(stream, held))
        const structuredQuery = {from: [{collectionId: 'c'}], ...structured}
        const answers = await service.call('RunQuery', {parent: ROOT, structuredQuery, readTime})
        const wanted = answers.flatMap(({document}) => (document ? [document as Document] : []))
        const byName = (left: [string, unknown], right: [string, unknown]) => (left[0] < right[0] ? -1 : 1)
        expect([...held].sort(byName)).toEqual(
          wanted.map(({name, updateTime}): [string, unknown] => [name, updateTime]).sort(byName),
        )
      }
      stream[Symbol.dispose]()
    }),
    {numRuns: 150},
  )
})
