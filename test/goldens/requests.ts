import type {Exchange} from '#runtime/kernel/events.ts'
import {tellHop} from './story.ts'
import type {Hop, Teller} from './story.ts'

type Check = {readonly check: string; readonly expected?: string; readonly actual?: string; readonly passed?: boolean}

export type RequestStory = {
  readonly trace: string
  readonly scenario: string
  readonly step: string
  readonly title: string
  readonly method: string
  readonly mode: 'sync' | 'async'
  readonly from: number
  readonly to: number
  readonly status: number
  readonly outcome: string
  readonly answer: unknown
  readonly hops: readonly Hop[]
  readonly dropped?: readonly string[]
  readonly checks: readonly Check[]
}

const JSON_HEADERS = {'content-type': 'application/json'}

function exchangeOf(story: RequestStory): Exchange {
  const get = story.method === 'GET'
  const id = 'R210319-143855-123'
  return {
    request: {
      method: story.method,
      url: `http://127.0.0.1:8888/stitch${get ? `?id=${id}` : ''}`,
      headers: JSON_HEADERS,
      body: get ? '' : JSON.stringify({id}),
    },
    response: {status: story.status, headers: JSON_HEADERS, body: JSON.stringify(story.answer)},
  }
}

/** Tells one request from its start to its checks, its hops in the order they became known. */
export function tellRequest(teller: Teller, story: RequestStory): void {
  const {trace, scenario, step, title, method, mode, from, to, status, outcome} = story
  const root = story.hops[0]?.id.padStart(16, '0') ?? ''
  teller.at(from)({type: 'request.started', trace, scenario, step, title, method, path: '/stitch', mode})
  for (const hop of story.hops.toSorted((a, b) => (a.to ?? a.from) - (b.to ?? b.from))) tellHop(teller, trace, hop)
  const emit = teller.at(to)
  emit({type: 'http.exchanged', trace, span: root, exchange: exchangeOf(story)})
  for (const attribute of story.dropped ?? []) {
    emit({
      type: 'attribute.dropped',
      trace,
      span: root,
      attribute,
      destination: 'browser',
      reason: 'not on the allow-list',
    })
  }
  emit({type: 'request.ended', trace, status, outcome})
  for (const {passed = true, ...check} of story.checks) {
    const at_file = {file: `fixtures/scenarios/${scenario}.json`, line: 14, column: 7}
    emit({type: 'check.settled', trace, scenario, step, passed, ...check, at_file})
  }
}

/** A visitor that is known, answered at once. */
export const known: RequestStory = {
  trace: '0af7651916cd43dd8448eb211c80319c',
  scenario: 'visitor',
  step: 'by-cookie',
  title: 'A visitor known by cookie id',
  method: 'GET',
  mode: 'sync',
  from: 1021,
  to: 1043.6,
  status: 200,
  outcome: 'found',
  answer: {
    requestId: '7d3c2a10-5b1e-4c8e-9f55-0a1b2c3d4e5f',
    status: 'found',
    kind: 'visitor',
    attributes: {gender: 'female', purchases: 7, favouriteBrand: 'Äpfel & Söhne'},
    meta: {source: 'firestore', latencyMs: 7},
  },
  hops: [
    {id: 'a1', lane: 'client', name: 'GET /stitch', from: 1021, to: 1043.6},
    {
      id: 'a2',
      parent: 'a1',
      lane: 'sgtm',
      name: 'request /stitch',
      from: 1023.2,
      to: 1042.9,
      facts: {client: 'Stitcher', status: 200},
    },
    {
      id: 'a3',
      parent: 'a2',
      lane: 'sgtm',
      name: 'forward POST /v1/stitch',
      from: 1026.1,
      to: 1041.2,
      facts: {status: 200},
    },
    {id: 'a4', parent: 'a3', lane: 'lookup', name: 'lookup', from: 1028, to: 1039.9, facts: {status: 200}},
    {
      id: 'a5',
      parent: 'a4',
      lane: 'firestore',
      name: 'read identities',
      from: 1029.1,
      to: 1033.6,
      facts: {documents: 1},
    },
    {id: 'a6', parent: 'a4', lane: 'firestore', name: 'read visitors', from: 1033.7, to: 1038.8, facts: {documents: 1}},
  ],
  dropped: ['email', 'profitMargin'],
  checks: [
    {check: 'answer has HTTP status 200', expected: '200', actual: '200'},
    {check: 'answer has status found', expected: 'found', actual: 'found'},
    {check: 'answer holds no profitMargin', expected: 'nothing', actual: 'nothing'},
  ],
}

/** Somebody nobody knows. */
export const stranger: RequestStory = {
  ...known,
  trace: '1bf7651916cd43dd8448eb211c80319d',
  step: 'stranger',
  title: 'A visitor nobody knows',
  method: 'POST',
  from: 1050,
  to: 1064.5,
  outcome: 'not_found',
  answer: {
    requestId: '8d3c2a10-5b1e-4c8e-9f55-0a1b2c3d4e5f',
    status: 'not_found',
    kind: 'visitor',
    attributes: {},
    meta: {},
  },
  dropped: [],
  hops: [
    {id: 'b1', lane: 'client', name: 'POST /stitch', from: 1050, to: 1064.5},
    {
      id: 'b2',
      parent: 'b1',
      lane: 'sgtm',
      name: 'request /stitch',
      from: 1051.4,
      to: 1064,
      facts: {client: 'Stitcher', status: 200},
    },
    {
      id: 'b3',
      parent: 'b2',
      lane: 'sgtm',
      name: 'forward POST /v1/stitch',
      from: 1053,
      to: 1062.7,
      facts: {status: 200},
    },
    {id: 'b4', parent: 'b3', lane: 'lookup', name: 'lookup', from: 1054.6, to: 1061.8, facts: {status: 200}},
    {
      id: 'b5',
      parent: 'b4',
      lane: 'firestore',
      name: 'read identities',
      from: 1055.5,
      to: 1060.9,
      facts: {documents: 0},
    },
  ],
  checks: [{check: 'answer has status not_found', expected: 'not_found', actual: 'not_found'}],
}

const MESSAGE = {messageId: '1'}

/** The asynchronous path: the first delivery fails, the second is answered and the tag fires. */
export const late: RequestStory = {
  ...known,
  trace: '2cf7651916cd43dd8448eb211c80319e',
  scenario: 'late',
  step: 'async-run',
  title: 'The Component Manager run R210319-143855-123, asked for asynchronously',
  method: 'POST',
  mode: 'async',
  from: 1100,
  to: 1341,
  status: 202,
  outcome: 'pending',
  answer: {
    requestId: '9d3c2a10-5b1e-4c8e-9f55-0a1b2c3d4e5f',
    status: 'pending',
    kind: null,
    attributes: {},
    pickup: 'x',
    meta: {},
  },
  dropped: ['profitMargin'],
  hops: [
    {id: 'c1', lane: 'client', name: 'POST /stitch', from: 1100, to: 1121},
    {
      id: 'c2',
      parent: 'c1',
      lane: 'sgtm',
      name: 'request /stitch',
      from: 1101.4,
      to: 1120.5,
      facts: {client: 'Stitcher', status: 202},
    },
    {id: 'c3', parent: 'c2', lane: 'sgtm', name: 'forward POST /v1/stitch', from: 1103, to: 1119, facts: {status: 202}},
    {id: 'c4', parent: 'c3', lane: 'lookup', name: 'lookup', from: 1104.6, to: 1118, facts: {status: 202}},
    {id: 'c5', parent: 'c4', lane: 'pubsub', name: 'publish', from: 1105.5, to: 1116.8, facts: MESSAGE},
    {
      id: 'c6',
      parent: 'c5',
      lane: 'pubsub',
      name: 'delivery 1',
      from: 1138,
      to: 1161,
      ok: false,
      error: 'the worker answered 503, so the message comes again',
      facts: {...MESSAGE, attempt: 1, status: 503},
    },
    {
      id: 'c7',
      parent: 'c6',
      lane: 'worker',
      name: 'worker',
      from: 1139.2,
      to: 1160,
      ok: false,
      error: 'firestore UNAVAILABLE',
      facts: {status: 503},
    },
    {
      id: 'c8',
      parent: 'c5',
      lane: 'pubsub',
      name: 'delivery 2',
      from: 1262,
      to: 1339,
      facts: {...MESSAGE, attempt: 2, status: 204},
    },
    {id: 'c9', parent: 'c8', lane: 'worker', name: 'worker', from: 1264, to: 1338, facts: {status: 204}},
    {id: 'd1', parent: 'c9', lane: 'firestore', name: 'read scriptRuns', from: 1266, to: 1279, facts: {documents: 1}},
    {id: 'd2', parent: 'c9', lane: 'firestore', name: 'write requests', from: 1280, to: 1299, facts: {documents: 1}},
    {id: 'd3', parent: 'c9', lane: 'worker', name: 'callback', from: 1300, to: 1337, facts: {status: 200}},
    {
      id: 'd4',
      parent: 'd3',
      lane: 'sgtm',
      name: 'request /stitch/callback',
      from: 1302,
      to: 1336,
      facts: {client: 'Stitcher', status: 200},
    },
    {id: 'd5', parent: 'd4', lane: 'sgtm', name: 'run container stitch_result', from: 1306, to: 1335},
    {id: 'd6', parent: 'd5', lane: 'tag', name: 'tag Vendor sample', from: 1308, to: 1334},
    {
      id: 'd7',
      parent: 'd6',
      lane: 'vendor',
      name: 'POST vendor.example/collect',
      from: 1310,
      to: 1333,
      facts: {status: 204},
    },
  ],
  checks: [
    {check: 'answer has HTTP status 202', expected: '202', actual: '202'},
    {check: 'worker called back', expected: 'a callback', actual: 'a callback'},
    {check: 'tag Vendor sample fires', expected: 'Vendor sample', actual: 'Vendor sample'},
  ],
}
