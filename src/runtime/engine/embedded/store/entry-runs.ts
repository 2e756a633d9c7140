/** What an index has for a document: the key of a value, and the document's own. */
export type Entry = {readonly value: Uint8Array; readonly key: Uint8Array}

/**
 * Takes entries in any order and gives them back in the order of the index, so that its pages are written one after the
 * other and once each. They are sorted in short runs as they come and merged as they go: no step of it takes long. All
 * lie packed in a few buffers, since a million pairs of small objects would keep the garbage collector busy.
 */
export type EntryRuns = {
  /** Memory taken so far, about. */
  readonly size: () => number
  readonly add: (value: Uint8Array, key: Uint8Array) => void
  /** All of them, by value and then by key; equal ones may come several times. Nothing may be added afterwards. */
  readonly merge: () => Generator<Entry, void>
}

/** Of an entry's place: two numbers and its turn in the order. */
const PLACE_BYTES = 20

/** @param runBytes few enough for a run to be sorted in some milliseconds, and more than any entry has */
export function createEntryRuns(runBytes = 128 * 1024): EntryRuns {
  const runs: Run[] = []
  let run = startRun(runBytes)
  let size = 0
  return {
    size: () => size,
    add: (value, key) => {
      size += value.length + key.length + PLACE_BYTES
      if (run.length > 0 && run.length + value.length + key.length > run.bytes.length) {
        sortRun(run)
        runs.push(run)
        run = startRun(runBytes)
      }
      addTo(run, value, key)
    },
    merge: () => {
      sortRun(run)
      return mergeRuns([...runs, run])
    },
  }
}

/** Entries one behind the other in `bytes`: each is a value up to its middle, and a key up to its end. */
type Run = {
  readonly bytes: Buffer
  length: number
  readonly middles: number[]
  readonly ends: number[]
  /** The numbers of the entries in their order, once the run is sorted. */
  order: Uint32Array
}

function startRun(bytes: number): Run {
  return {bytes: Buffer.allocUnsafeSlow(bytes), length: 0, middles: [], ends: [], order: new Uint32Array()}
}

function addTo(run: Run, value: Uint8Array, key: Uint8Array): void {
  run.bytes.set(value, run.length)
  run.bytes.set(key, run.length + value.length)
  run.middles.push(run.length + value.length)
  run.length += value.length + key.length
  run.ends.push(run.length)
}

function sortRun(run: Run): void {
  run.order = Uint32Array.from(run.ends, (_, at) => at).sort((left, right) => compareEntries(run, left, run, right))
}

function startOf({ends}: Run, entry: number): number {
  return entry === 0 ? 0 : ends[entry - 1]!
}

function compareEntries(left: Run, one: number, right: Run, other: number): number {
  const [middle, otherMiddle] = [left.middles[one]!, right.middles[other]!]
  return (
    compareBytes(left.bytes, startOf(left, one), middle, right.bytes, startOf(right, other), otherMiddle) ||
    compareBytes(left.bytes, middle, left.ends[one]!, right.bytes, otherMiddle, right.ends[other]!)
  )
}

/** As memcmp, and what is a beginning of the other comes first. For some ten bytes a call of Buffer.compare takes longer. */
function compareBytes(
  left: Buffer,
  leftFrom: number,
  leftTo: number,
  right: Buffer,
  rightFrom: number,
  rightTo: number,
): number {
  const shared = Math.min(leftTo - leftFrom, rightTo - rightFrom)
  for (let at = 0; at < shared; at++) {
    const difference = left[leftFrom + at]! - right[rightFrom + at]!
    if (difference !== 0) return difference
  }
  return leftTo - leftFrom - (rightTo - rightFrom)
}

/** Where the merge stands in a run. */
type Cursor = {readonly run: Run; at: number}

/** Takes the least of all runs' next entries again and again; `heap` keeps the run that has it in front. */
function* mergeRuns(runs: readonly Run[]): Generator<Entry, void> {
  const heap: Cursor[] = runs.filter(({ends}) => ends.length > 0).map((run) => ({run, at: 0}))
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at)
  for (let first = heap[0]; first; first = heap[0]) {
    const {run, at} = first
    const entry = run.order[at]!
    const middle = run.middles[entry]!
    yield {value: run.bytes.subarray(startOf(run, entry), middle), key: run.bytes.subarray(middle, run.ends[entry])}
    first.at++
    if (first.at === run.order.length) {
      const last = heap.pop()!
      if (last !== first) heap[0] = last
    }
    sink(heap, 0)
  }
}

function sink(heap: Cursor[], from: number): void {
  const moved = heap[from]
  if (!moved) return
  let at = from
  for (;;) {
    let below = 2 * at + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && isLess(heap[below + 1]!, heap[below]!)) below++
    if (!isLess(heap[below]!, moved)) break
    heap[at] = heap[below]!
    at = below
  }
  heap[at] = moved
}

function isLess(left: Cursor, right: Cursor): boolean {
  return compareEntries(left.run, left.run.order[left.at]!, right.run, right.run.order[right.at]!) < 0
}
