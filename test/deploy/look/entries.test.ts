import {describe, expect, test} from 'vitest'
import {advance, beginAt} from '#runtime/deploy/look/cursor.ts'
import {listEntries, writeFilter, type LogEntry} from '#runtime/deploy/look/entries.ts'
import {hopFacts, readEntry} from '#runtime/deploy/look/read-entry.ts'
import {parseSince} from '#runtime/deploy/look/since.ts'
import type {Api, ApiRequest} from '#runtime/deploy/types.ts'

const NOON = Date.UTC(2026, 10, 24, 12)
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const base: LogEntry = {
  insertId: 'i1',
  timestamp: '2026-11-24T12:00:00.123456789Z',
  severity: 'INFO',
  resource: {type: 'cloud_run_revision', labels: {service_name: 'stitch-lookup'}},
}
const hop: LogEntry = {
  ...base,
  trace: `projects/p/traces/${TRACE}`,
  spanId: '00f067aa0ba902b7',
  jsonPayload: {
    message: 'read visitors',
    stitch: {
      hop: {
        lane: 'firestore',
        start: NOON,
        end: NOON + 12.5,
        ok: true,
        facts: {documents: 1, email: 'franz@example.com'},
      },
    },
  },
}

describe('a query', () => {
  test.each([
    {what: 'of both functions since a moment', query: {}, ends: 'timestamp>="2026-11-24T12:00:00.000Z"'},
    {what: 'of a severity', query: {severity: 'ERROR'}, ends: 'AND severity>=ERROR'},
    {what: 'of a trace', query: {traces: [TRACE]}, ends: `AND trace=("projects/p/traces/${TRACE}")`},
    {what: 'of a request', query: {requestId: 'r'}, ends: 'AND jsonPayload.stitch.hop.facts.requestId="r"'},
    {
      what: 'of a request and the traces it was seen in',
      query: {requestId: 'r', traces: [TRACE]},
      ends: `AND (trace=("projects/p/traces/${TRACE}") OR jsonPayload.stitch.hop.facts.requestId="r")`,
    },
  ])('$what', ({query, ends}) => {
    const filter = writeFilter('p', {services: ['a', 'b'], since: NOON, ...query})
    expect(
      filter.startsWith('resource.type="cloud_run_revision" AND resource.labels.service_name=("a" OR "b") AND '),
    ).toBe(true)
    expect(filter.endsWith(ends)).toBe(true)
  })

  test('reads all pages, newest first as the API is fast at, and gives them oldest first', async () => {
    const asked: ApiRequest[] = []
    const pages = [{entries: [{insertId: '3'}, {insertId: '2'}], nextPageToken: 't'}, {entries: [{insertId: '1'}]}]
    const api = {
      call: async (request: ApiRequest) => {
        asked.push(request)
        return pages[asked.length - 1]
      },
    } as unknown as Api
    const entries = await listEntries(api, {project: 'p', filter: 'f', most: 100})
    expect(entries.map(({insertId}) => insertId)).toEqual(['1', '2', '3'])
    expect(asked.map(({body}) => (body as {pageToken?: string}).pageToken)).toEqual([undefined, 't'])
    expect(asked.every(({readOnly}) => readOnly)).toBe(true)
  })
})

describe('an entry', () => {
  const system = 'projects/p/logs/run.googleapis.com%2Fvarlog%2Fsystem'
  const stderr = 'projects/p/logs/run.googleapis.com%2Fstderr'

  test('of a hop shows its facts, and none that is not known', () => {
    expect(readEntry(hop)).toEqual({
      time: '2026-11-24T12:00:00.123456789Z',
      function: 'stitch-lookup',
      severity: 'INFO',
      trace: TRACE,
      message: 'read visitors',
      hop: {lane: 'firestore', durationMs: 12.5, ok: true, facts: {documents: 1}},
    })
    expect(hopFacts(hop).map(({type}) => type)).toEqual(['span.started', 'span.ended'])
  })

  test.each([
    {
      what: 'the platform wrote',
      entry: {logName: system, textPayload: 'Memory limit of 512 MiB exceeded'},
      message: 'Memory limit of 512 MiB exceeded',
    },
    {
      what: 'the framework wrote when it did not start',
      entry: {logName: stderr, textPayload: 'Detailed stack trace: ConfigFault: STITCH_CONFIG is not valid'},
      message: 'Detailed stack trace: ConfigFault: STITCH_CONFIG is not valid',
    },
    {
      what: 'somebody else wrote',
      entry: {logName: stderr, textPayload: 'franz@example.com'},
      message: '(a line of 17 characters that is not ours and is not shown)',
    },
    {
      what: 'has unknown fields',
      entry: {jsonPayload: {message: 'looked up franz@example.com'}},
      message: '(a line of 41 characters that is not ours and is not shown)',
    },
    {
      what: 'our handlers wrote about a bug',
      entry: {jsonPayload: {message: 'TypeError was not foreseen', stack_trace: 'x'}},
      message: 'TypeError was not foreseen',
    },
    {
      what: 'is about a request, whose query may hold an id',
      entry: {
        httpRequest: {
          requestMethod: 'GET',
          requestUrl: 'https://x.run.app/v1/stitch?id=C-1',
          status: 401,
          latency: '0.0123s',
          remoteIp: '1.2.3.4',
        },
      },
      message: 'GET /v1/stitch answered 401 in 12 ms',
    },
    {
      what: 'is an audit line',
      entry: {
        protoPayload: {
          methodName: 'google.cloud.run.v1.Services.ReplaceService',
          status: {message: 'The container failed to start'},
        },
      },
      message: 'ReplaceService: The container failed to start',
    },
  ])('that $what', ({entry, message}) => {
    expect(readEntry({...base, ...entry})).toMatchObject({message})
  })
})

describe('following', () => {
  const at = (second: number, insertId: string): LogEntry => ({
    insertId,
    timestamp: new Date(NOON + second * 1000).toISOString(),
  })

  test('shows every entry once, also one that comes late', () => {
    let cursor = beginAt(NOON)
    const shown: (string | undefined)[] = []
    for (const page of [
      [at(1, 'a'), at(2, 'b')],
      [at(1, 'a'), at(1.5, 'late'), at(2, 'b'), at(3, 'c')],
      [at(2, 'b'), at(3, 'c')],
    ]) {
      const step = advance(cursor, page)
      cursor = step.cursor
      shown.push(...step.fresh.map(({insertId}) => insertId))
    }
    expect(shown).toEqual(['a', 'b', 'late', 'c'])
  })

  test('asks again for the last minute only, and forgets what lies before it', () => {
    const first = advance(beginAt(NOON), [at(1, 'a')]).cursor
    expect(first.since).toBe(NOON)
    const second = advance(first, [at(200, 'b')]).cursor
    expect(second.since).toBe(NOON + 140_000)
    expect([...second.seen.keys()]).toHaveLength(1)
  })
})

describe('a moment', () => {
  test.each([
    {text: '90s', time: NOON - 90_000},
    {text: '30m', time: NOON - 1_800_000},
    {text: '2d', time: NOON - 172_800_000},
    {text: '2026-11-24T10:00:00Z', time: Date.UTC(2026, 10, 24, 10)},
  ])('$text', ({text, time}) => {
    expect(parseSince(text, NOON)).toBe(time)
  })

  test.each(['', '1w', 'yesterday', '5'])('is not "%s"', (text) => {
    expect(() => parseSince(text, NOON)).toThrow('neither a duration nor a time')
  })
})
