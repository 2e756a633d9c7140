import {inParallel} from '#runtime/traffic/in-parallel.ts'
import type {Spec} from '../specs.ts'
import type {ReadContext} from '../types.ts'
import type {Kinds, Live} from './types.ts'

/** Well below every API's quota of reads, and as fast as more would be. */
export const READS_AT_ONCE = 8

/** Reads what is there of every spec; each object once. Rejects with the first ApiError. */
export async function readLive(
  specs: readonly Spec[],
  context: ReadContext,
  readSpec: Kinds['readSpec'],
): Promise<Live> {
  const unique = [...new Map(specs.map((spec) => [spec.id, spec])).values()]
  const found = await inParallel(unique, READS_AT_ONCE, async (spec) => await readSpec(spec, context))
  return withLive(
    new Map(),
    unique.map((spec, index) => [spec.id, found[index]]),
  )
}

/** The live state with some entries read anew. */
export function withLive(live: Live, entries: readonly (readonly [string, unknown])[]): Live {
  const next = new Map(live)
  for (const [id, value] of entries) {
    if (value === undefined) next.delete(id)
    else next.set(id, value)
  }
  return next
}
