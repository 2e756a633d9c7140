/** Gives the times that an engine tells names that two engines have in common. */
export type Times = {readonly name: (answer: unknown) => unknown}

/** No value of a test is this late, and every engine's clock is later (seconds). */
const ENGINE_SINCE = 1_600_000_000

/**
 * Of each document its times are numbered as they come: engines may write documents of a batch at one time or at several.
 * What a server's time became in a field is called `now`.
 */
export function createTimes(): Times {
  const known = new Map<string, string[]>()
  const nameOf = (document: string, time: string): string => {
    const times = known.get(document) ?? []
    if (!times.includes(time)) known.set(document, [...times, time])
    return `time ${known.get(document)!.indexOf(time) + 1}`
  }
  const name = (answer: unknown, document = '', key = ''): unknown => {
    if (Array.isArray(answer)) return answer.map((each) => name(each, document))
    if (typeof answer !== 'object' || answer === null) return answer
    const {seconds, nanos = 0, name: own} = answer as {seconds?: unknown; nanos?: unknown; name?: unknown}
    if (typeof seconds === 'string' && Number(seconds) > ENGINE_SINCE) {
      return key === 'timestampValue' ? 'now' : nameOf(document, `${seconds}.${String(nanos)}`)
    }
    const inner = typeof own === 'string' ? own : document
    return Object.fromEntries(Object.entries(answer).map(([each, value]) => [each, name(value, inner, each)]))
  }
  return {name: (answer) => name(answer)}
}
