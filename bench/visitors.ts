import type {Query} from '#runtime/engine/embedded/firestore/query/query.ts'
import type {Value} from '#runtime/engine/embedded/firestore/values/value.ts'
import {encodeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import type {DocumentStore} from '#runtime/engine/embedded/store/store.ts'

const ROOT = 'projects/p/databases/(default)/documents'

/** Writes visitors of 20 attributes, `size` in a commit. */
export function fillStore(store: DocumentStore, collection: string, count: number, size = 500, project = 'p'): void {
  let time = store.lastCommit
  for (let start = 0; start < count; start += size) {
    time++
    const changes = Array.from({length: Math.min(size, count - start)}, (_, offset) => {
      const name = `projects/${project}/databases/(default)/documents/${collection}/v${String((start + offset) * 7919)}`
      const after = {createTime: time, updateTime: time, fields: makeFields(start + offset)}
      return {name, before: store.get(name), after}
    })
    store.apply({time, changes})
  }
}

function makeFields(at: number): Buffer {
  const fields = new Map<string, Value>([
    ['email', {kind: 'string', value: `visitor-${(at * 48_271) % 1_000_003}@example.com`}],
    ['country', {kind: 'string', value: `country-${at % 100}`}],
    ['seenAt', {kind: 'timestamp', value: BigInt((at * 69_621) % 1_000_003) * 1_000_000n}],
  ])
  for (let more = 0; more < 17; more++) {
    fields.set(`attribute_${more}`, {kind: 'string', value: `value ${more} of ${at}, and so on`})
  }
  return encodeFields(fields)
}

/** `one` visitor by email, the `many` of a country, or the twenty `newest`. */
export function createQueryOf(name: 'one' | 'many' | 'newest', count: number): Query {
  const equals = (path: string, value: string): Query['where'] => ({
    kind: 'compare',
    path: [path],
    operator: 'EQUAL',
    value: {kind: 'string', value},
  })
  const byName = {path: ['__name__'], descending: false}
  const newest = name === 'newest'
  const middle = Math.floor(count / 2)
  return {
    parent: ROOT,
    collectionId: 'visitors',
    allDescendants: false,
    where: newest
      ? undefined
      : name === 'many'
        ? equals('country', 'country-7')
        : equals('email', `visitor-${(middle * 48_271) % 1_000_003}@example.com`),
    orderBy: newest
      ? [
          {path: ['seenAt'], descending: true},
          {...byName, descending: true},
        ]
      : [byName],
    startAt: undefined,
    endAt: undefined,
    offset: 0,
    limit: newest ? 20 : undefined,
    select: undefined,
  }
}
