import type {RequestView} from './view.ts'

/** Requests in order of their start. Immutable: `put` returns the next list and leaves this one as it is. */
export type RequestList = Iterable<RequestView> & {
  readonly size: number
  readonly get: (trace: string) => RequestView | undefined
  /** Replaces the request with the same trace, or appends. */
  readonly put: (request: RequestView) => RequestList
}

/** Big enough to keep the list of pages short, small enough that copying one page per event costs nothing. */
const PAGE = 128

type Pages = readonly (readonly RequestView[])[]

/**
 * A list in pages, so that one event of a run with thousands of requests copies one page and not the whole list.
 * `places` is shared by all lists that grew out of one another and only a hint: `find` looks whether it is true here.
 */
function listOf(pages: Pages, size: number, places: Map<string, number>): RequestList {
  const find = (trace: string): number => {
    const place = places.get(trace)
    if (place === undefined) return -1
    if (pages[Math.floor(place / PAGE)]?.[place % PAGE]?.trace === trace) return place
    return pages.flat().findIndex((request) => request.trace === trace)
  }
  return {
    size,
    get: (trace) => {
      const place = find(trace)
      return place < 0 ? undefined : pages[Math.floor(place / PAGE)]?.[place % PAGE]
    },
    put: (request) => {
      const found = find(request.trace)
      const place = found < 0 ? size : found
      if (found < 0) places.set(request.trace, place)
      const at = Math.floor(place / PAGE)
      const page = [...(pages[at] ?? [])]
      page[place % PAGE] = request
      const next = [...pages]
      next[at] = page
      return listOf(next, found < 0 ? size + 1 : size, places)
    },
    *[Symbol.iterator]() {
      for (const page of pages) yield* page
    },
  }
}

/** No requests yet. */
export function createRequestList(): RequestList {
  return listOf([], 0, new Map())
}
