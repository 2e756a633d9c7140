import {segmentsOf} from './segments.ts'
import type {Segment} from './segments.ts'
import type {RequestView} from './view.ts'

/**
 * What assertions call a hop, in the words of the wire: `client`, `sgtm`, `forward`, `lookup`, `firestore`, `publish`,
 * `wait`, `back-off`, `delivery 1`, `worker`, `callback`, `container` (a run of the container), `tag <name>`, `vendor`.
 */
function hopName(segment: Segment): string {
  if (segment.kind === 'wait') return segment.name === 'back-off' ? 'back-off' : 'wait'
  const [verb = ''] = segment.name.split(' ')
  switch (segment.lane) {
    case 'sgtm':
      return verb === 'forward' ? 'forward' : verb === 'run' ? 'container' : 'sgtm'
    case 'pubsub':
      return verb === 'publish' ? 'publish' : segment.name
    case 'worker':
      return verb === 'callback' ? 'callback' : 'worker'
    case 'tag':
      return segment.name
    default:
      return segment.lane
  }
}

/**
 * The hops of a request, each after the one that caused it. Causes, not times: clocks of two processes differ by more
 * than some hops take.
 */
export function hopNames(request: RequestView): readonly string[] {
  return segmentsOf(request).map(hopName)
}

/**
 * Expected hops that the request did not make, in this order; others may lie between. A hop is named by its word (see
 * `hopNames`), by its lane or by the whole name of its span.
 * @returns the expected hops from the first that is missing on; empty when all were made.
 */
export function missingHops(request: RequestView, expected: readonly string[]): readonly string[] {
  let next = 0
  for (const segment of segmentsOf(request)) {
    const wanted = expected[next]
    if (wanted === hopName(segment) || wanted === segment.lane || wanted === segment.name) next++
  }
  return expected.slice(next)
}
