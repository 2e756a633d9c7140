import {StoreError, type DocumentRef, type FieldPath, type Publisher, type Store} from '#runtime/handlers/ports.ts'
import type {Fields, Value} from '#runtime/handlers/value.ts'

type Mutable = Record<string, Value>
export type Call = {
  readonly method: string
  readonly refs: readonly string[]
  readonly mask: readonly string[] | undefined
}

/** A store in memory with Firestore's rules on masks, preconditions and versions; `calls` counts its RPCs. */
export function createMemoryStore(documents: Readonly<Record<string, Fields>> = {}) {
  const kept = new Map(Object.entries(documents).map(([path, fields]) => [path, {fields, version: 1}]))
  const calls: Call[] = []
  let failure: StoreError | 'hang' | undefined
  const pathOf = ({collection, id}: DocumentRef): string => `${collection}/${id}`

  async function begin(method: string, refs: readonly DocumentRef[], mask?: readonly FieldPath[]): Promise<void> {
    calls.push({method, refs: refs.map(pathOf), mask: mask?.map((path) => path.join('.'))})
    await Promise.resolve()
    if (failure === 'hang') await new Promise<never>(() => {})
    if (failure) throw failure
  }
  const store: Store = {
    async read(refs, mask) {
      await begin('read', refs, mask)
      return refs.map((ref) => {
        const found = kept.get(pathOf(ref))
        return found && {...found, fields: mask ? applyMask(found.fields, mask) : found.fields}
      })
    },
    async create(ref, fields) {
      await begin('create', [ref])
      if (kept.has(pathOf(ref))) return false
      kept.set(pathOf(ref), {fields: toFields(fields), version: 1})
      return true
    },
    async update(ref, fields, _timeoutMs, ifVersion) {
      await begin('update', [ref])
      const found = kept.get(pathOf(ref))
      if (!found || (ifVersion !== undefined && ifVersion !== found.version)) return false
      kept.set(pathOf(ref), {fields: {...found.fields, ...toFields(fields)}, version: found.version + 1})
      return true
    },
  }
  return {
    store,
    calls,
    get: (path: string): Fields | undefined => kept.get(path)?.fields,
    put: (path: string, fields: Fields): void => void kept.set(path, {fields, version: 1}),
    /** `hang` never answers; undefined mends it. */
    fail: (how: StoreError | 'hang' | undefined): void => void (failure = how),
  }
}

/** A topic in memory. */
export function createMemoryPublisher() {
  const messages: {readonly data: Buffer; readonly attributes: Readonly<Record<string, string>>}[] = []
  let failure: StoreError | undefined
  const publisher: Publisher = {
    async publish(data, attributes) {
      await Promise.resolve()
      if (failure) throw failure
      messages.push({data: Buffer.from(data), attributes})
    },
  }
  return {publisher, messages, fail: (how: StoreError | undefined): void => void (failure = how)}
}

/** Plain JavaScript as Firestore keeps it: whole numbers are int64, Date is a timestamp. */
export function toFields(source: object): Fields {
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, toValue(value)]))
}

function toValue(value: unknown): Value {
  if (value === null || value === undefined) return {nullValue: null}
  if (typeof value === 'string') return {stringValue: value}
  if (typeof value === 'boolean') return {booleanValue: value}
  if (typeof value === 'bigint') return {integerValue: String(value)}
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? {integerValue: String(value)} : {doubleValue: value}
  if (value instanceof Date) return {timestampValue: value.toISOString()}
  if (Array.isArray(value)) {
    if (value.some((entry) => Array.isArray(entry))) throw new Error('a list directly in a list is refused')
    return {arrayValue: {values: value.map(toValue)}}
  }
  return {mapValue: {fields: toFields(value)}}
}

function applyMask(fields: Fields, mask: readonly FieldPath[]): Fields {
  const result: Mutable = {}
  for (const path of mask) copyPath(fields, result, path)
  return result
}

function copyPath(from: Fields, to: Mutable, [head = '', ...rest]: FieldPath): void {
  const value = Object.hasOwn(from, head) ? from[head] : undefined
  if (!value) return
  if (rest.length === 0) to[head] = value
  else if ('mapValue' in value) {
    const inner: Mutable = {...(to[head] as {mapValue: {fields: Fields}} | undefined)?.mapValue.fields}
    copyPath(value.mapValue.fields, inner, rest)
    if (Object.keys(inner).length > 0) to[head] = {mapValue: {fields: inner}}
  }
}
