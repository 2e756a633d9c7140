import type {IncomingRequest} from '../api.ts'

/** One event's parameters in the order in which they came. */
type Hit = readonly (readonly [name: string, value: string])[]

/**
 * The hits of a request: one without a body, else one per line of it, each with the parameters of the address before
 * its own (https://developers.google.com/analytics/devguides/collection/protocol/v1/devguide#batch; version 2 does so
 * on its ordinary path).
 */
export function readHits({query, body}: IncomingRequest): readonly Hit[] {
  const shared = parse(query)
  const lines = (body?.toString('utf8') ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.length === 0 ? [shared] : lines.map((line) => merge(shared, parse(line)))
}

/** The value of a parameter in a hit; of repeated ones the first. */
export function valueIn(hit: Hit, name: string): string | undefined {
  return hit.find(([known]) => known === name)?.[1]
}

function parse(text: string): Hit {
  return [...new URLSearchParams(text)]
}

/** A line's own parameter takes the place of one that all lines share. */
function merge(shared: Hit, own: Hit): Hit {
  const names = new Set(own.map(([name]) => name))
  return [...shared.filter(([name]) => !names.has(name)), ...own]
}

export type {Hit}
