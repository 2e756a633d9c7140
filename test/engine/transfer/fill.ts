import {ask} from '../rest/ask.ts'

/** An engine by its hosts. */
export type Hosts = {readonly firestoreHost: string; readonly pubsubHost: string}

const ROOT = 'projects/demo-stitch/databases/(default)/documents'

/** Every type of value there is, in the form of the REST API. */
export const EVERY_TYPE = {
  text: {stringValue: 'é\n"'},
  least: {integerValue: '-9223372036854775808'},
  double: {doubleValue: 1.5},
  whole: {doubleValue: 3},
  nan: {doubleValue: 'NaN'},
  infinite: {doubleValue: '-Infinity'},
  nothing: {nullValue: null},
  yes: {booleanValue: true},
  bytes: {bytesValue: 'AP8='},
  time: {timestampValue: '2020-01-01T00:00:00.123456Z'},
  place: {geoPointValue: {latitude: 1.25, longitude: -2.5}},
  reference: {referenceValue: `${ROOT}/a/b`},
  list: {arrayValue: {values: [{integerValue: '1'}, {mapValue: {fields: {x: {stringValue: ''}}}}]}},
  empty: {arrayValue: {}},
  map: {mapValue: {fields: {'odd `name`.with dots': {nullValue: null}}}},
}

export async function must(host: string, verb: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = {authorization: 'Bearer owner'}
  const {status, json, text} = await ask(host, verb, path, {headers, ...(body === undefined ? {} : {body})})
  if (status !== 200) throw new Error(`${verb} ${path}: ${status} ${text}`)
  return json as Record<string, unknown>
}

export const topic = 'projects/demo-stitch/topics/orders'
export const first = 'projects/demo-stitch/subscriptions/first'
export const second = 'projects/demo-stitch/subscriptions/second'

/** Documents at several depths, and two subscriptions of a topic that have got to different places in it. */
export async function fill({firestoreHost, pubsubHost}: Hosts): Promise<void> {
  await must(firestoreHost, 'PATCH', `/v1/${ROOT}/a/b`, {fields: EVERY_TYPE})
  await must(firestoreHost, 'PATCH', `/v1/${ROOT}/a/missing/below/${encodeURIComponent('é ü')}`, {fields: {}})
  for (let n = 0; n < 310; n++)
    await must(firestoreHost, 'PATCH', `/v1/${ROOT}/many/${n}`, {fields: {n: {integerValue: String(n)}}})
  await must(pubsubHost, 'PUT', `/v1/${topic}`, {labels: {team: 'shop'}})
  await must(pubsubHost, 'PUT', `/v1/${first}`, {topic, ackDeadlineSeconds: 33, enableMessageOrdering: true})
  await must(pubsubHost, 'PUT', `/v1/${second}`, {topic, retryPolicy: {minimumBackoff: '2s', maximumBackoff: '60s'}})
  const messages = ['1', '2', '3'].map((text) => ({
    data: Buffer.from(text).toString('base64'),
    attributes: {n: text},
    orderingKey: 'k',
  }))
  await must(pubsubHost, 'POST', `/v1/${topic}:publish`, {messages})
  const [received] = await pull(pubsubHost, second, 1)
  await must(pubsubHost, 'POST', `/v1/${second}:acknowledge`, {ackIds: [received!.ackId]})
}

type Received = {
  readonly ackId: string
  readonly message: {readonly data: string; readonly attributes: object; readonly orderingKey?: string}
}

export async function pull(host: string, subscription: string, maxMessages: number): Promise<readonly Received[]> {
  const {receivedMessages = []} = await must(host, 'POST', `/v1/${subscription}:pull`, {
    maxMessages,
    returnImmediately: true,
  })
  return receivedMessages as readonly Received[]
}

/** All there is for a subscription, acknowledged on the way, as text. */
export async function drainTexts(host: string, subscription: string): Promise<readonly string[]> {
  const texts: string[] = []
  for (;;) {
    const received = await pull(host, subscription, 100)
    if (received.length === 0) return texts
    texts.push(...received.map(({message}) => Buffer.from(message.data, 'base64').toString()))
    await must(host, 'POST', `/v1/${subscription}:acknowledge`, {ackIds: received.map(({ackId}) => ackId)})
  }
}

/** The documents of the database, without their times. */
export async function readAll(host: string, id = '(default)'): Promise<ReadonlyMap<string, unknown>> {
  const root = `projects/demo-stitch/databases/${id}/documents`
  const structuredQuery = {from: [{allDescendants: true}], orderBy: [{field: {fieldPath: '__name__'}}]}
  const rows = await must(host, 'POST', `/v1/${root}:runQuery`, {structuredQuery})
  const found = (rows as unknown as {document?: {name: string; fields?: object}}[]).flatMap(({document}) =>
    document ? [[document.name, document.fields ?? {}] as const] : [],
  )
  return new Map(found)
}
