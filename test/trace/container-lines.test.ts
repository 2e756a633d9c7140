import {describe, expect, test} from 'vitest'
import type {Fact, RunEvent} from '#runtime/kernel/events.ts'
import {renderTrace} from '#runtime/report/render-trace.ts'
import {toSummary} from '#runtime/report/summary.ts'
import {cellWidth} from '#runtime/trace/cells.ts'
import {containerLines} from '#runtime/trace/container-lines.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {paintLines} from '#runtime/trace/lines.ts'
import {detailLines} from '../../src/ui/detail.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = (id: string, name: string, start: number, end: number, parent?: string): Fact[] => [
  {type: 'span.started', trace, span: id, ...(parent ? {parent} : {}), name, lane: 'sgtm', start},
  {type: 'span.ended', trace, span: id, end, ok: true, facts: {status: 200}},
]
const client = {type: 'client.settled', trace, span: 'r', priority: 0} as const
const trigger = {type: 'trigger.settled', trace, span: 'c'} as const
const tag = {
  type: 'tag.settled',
  trace,
  span: 'c',
  transformed: [] as string[],
  variables: [] as {name: string; value: string}[],
  placeholder: false,
} as const
const equals = (right: string, value: string) => ({
  left: '{{_event}}',
  operator: 'equals',
  right,
  value,
  passed: right === value,
})

/** One request whose container does everything that can be shown. */
const story: readonly Fact[] = [
  {type: 'log.opened', version: 1, stitch: '0.1.0'},
  {type: 'run.started', command: 'dev', engine: 'embedded', async: true, scenarios: []},
  ...span('r', 'request /g/collect', 10, 40),
  ...span('c', 'run container purchase', 14, 36, 'r'),
  {
    ...client,
    client: 'Stitcher',
    outcome: 'declined',
    reason: 'its code returned without claimRequest',
    variables: [{name: 'stitch lookup URL', value: 'https://lookup.example'}],
  },
  {
    ...client,
    client: 'Web container',
    outcome: 'cannot_run',
    reason: '"gtm_client" is a client of Google\'s that only stands in here and claims nothing',
    variables: [],
  },
  {...client, client: 'GA4', outcome: 'claimed', variables: []},
  {...client, client: 'Later', outcome: 'not_asked', reason: '"GA4" had claimed the request', variables: []},
  {
    ...trigger,
    trigger: 'purchase',
    holds: true,
    conditions: [
      equals('purchase', 'purchase'),
      {left: '{{value}}', operator: 'is greater than', right: '10', value: '12.5', passed: true},
    ],
  },
  {...trigger, trigger: 'lead', holds: false, conditions: [equals('generate_lead', 'purchase')]},
  {
    ...trigger,
    trigger: 'odd',
    holds: false,
    conditions: [
      {
        left: '{{value}}',
        operator: 'matches',
        right: '(?=1)',
        value: '12.5',
        passed: false,
        problem: 'RE2 refuses this pattern',
      },
    ],
  },
  {
    ...trigger,
    trigger: '2147479574',
    holds: true,
    reason: 'it is one of those of GTM that no export lists, and holds for every event',
    conditions: [],
  },
  {
    ...tag,
    tag: 'Vendor',
    outcome: 'fired',
    because: '"purchase"',
    status: 'success',
    durationMs: 12,
    transformed: ['without mail'],
    variables: [
      {name: 'value', value: '12.5'},
      {name: 'Access token', value: '(hidden)'},
      {name: 'items', value: `[${'{"item_id":"P-1001","price":49.9},'.repeat(8)}]`},
    ],
  },
  {
    ...tag,
    tag: 'Conversion',
    outcome: 'fired',
    because: '"2147479574"',
    status: 'success',
    durationMs: 1,
    placeholder: true,
  },
  {...tag, tag: 'Broken', outcome: 'fired', because: '"purchase"', status: 'exception', durationMs: 0},
  {...tag, tag: 'Lead', outcome: 'not_triggered', because: '"lead" does not hold'},
  {...tag, tag: 'Ads', outcome: 'no_consent', because: 'ad_storage was denied'},
  {
    type: 'permission.denied',
    trace,
    span: 't',
    template: 'Vendor',
    api: 'getCookieValues',
    permission: 'get_cookies',
    wanted: 'read the cookie "id"',
  },
  {type: 'run.ended', passed: 0, failed: 0, durationMs: 100, exit: 0},
]
const events: readonly RunEvent[] = story.map((fact, seq) => ({...fact, seq, at: seq}))
const request = foldEvents(events).requests.get(trace)!

describe('what the container did', () => {
  test('is shown whole for requests that were chosen', async () => {
    await expect(renderTrace(events, {columns: 80, only: 'collect'})).toMatchFileSnapshot(
      '../goldens/container-all.txt',
    )
  })

  test('is shown otherwise only where a person has to know of it', async () => {
    await expect(renderTrace(events, {columns: 80})).toMatchFileSnapshot('../goldens/container-brief.txt')
  })

  test('stands in the screen of one request', async () => {
    const lines = paintLines(detailLines(request, 80, 100))
    await expect(lines).toMatchFileSnapshot('../goldens/screen-container.txt')
  })

  test.each([40, 60, 80, 81, 120])('fits into %d columns', (columns) => {
    for (const all of [true, false]) {
      const text = paintLines(containerLines(request, {columns, indent: 4, all}))
      expect(text.split('\n').filter((line) => cellWidth(line) > columns)).toEqual([])
    }
  })

  test('values cannot move the cursor', () => {
    const odd = {
      ...request,
      container: request.container.map((fact) =>
        fact.type === 'tag.settled' ? {...fact, variables: [{name: 'x', value: 'a\u001b[2Jb\u202e'}]} : fact,
      ),
    }
    expect(paintLines(containerLines(odd, {columns: 80, indent: 0, all: true}))).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
  })

  test('is in the summary, with what stood in', () => {
    const {requests} = toSummary(foldEvents(events)) as {requests: {container: unknown}[]}
    expect(requests[0]?.container).toMatchObject({
      steps: [
        {
          name: 'request /g/collect',
          clients: [{client: 'Stitcher', outcome: 'declined'}, {}, {client: 'GA4', outcome: 'claimed'}, {}],
        },
        {
          name: 'run container purchase',
          triggers: [{trigger: 'purchase', holds: true}, {trigger: 'lead', holds: false}, {}, {}],
          tags: [{tag: 'Vendor', status: 'success'}, {tag: 'Conversion', placeholder: true}, {}, {}, {}],
        },
      ],
      denied: [{template: 'Vendor', permission: 'get_cookies', wanted: 'read the cookie "id"'}],
    })
  })
})
