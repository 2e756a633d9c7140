import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {readDrift} from '#runtime/deploy/look/drift.ts'
import {followLogs, readLogs, type LogsQuery} from '#runtime/deploy/look/logs.ts'
import type {LogLine} from '#runtime/deploy/look/read-entry.ts'
import {showLogLine} from '#runtime/deploy/look/show-logs.ts'
import {showStatus} from '#runtime/deploy/look/show-status.ts'
import {readStatus} from '#runtime/deploy/look/status.ts'
import {cellWidth} from '#runtime/trace/cells.ts'
import {paintLine} from '#runtime/trace/lines.ts'
import {createCloud, type FakeCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp} from '../../fake-gcp/handle.ts'
import {writeLogEntry} from '../../fake-gcp/services/logging/entries.ts'
import {writeSeries} from '../../fake-gcp/services/monitoring/time-series.ts'
import {deployOptions, ioFor, makeProject, type Project} from '../plan/stage.ts'

let project: Project
beforeAll(async () => (project = await makeProject()))
afterAll(async () => await project[Symbol.asyncDispose]())

/** A cloud with a deployed stage, and a way into it that checks every request. */
async function deployed(cloud: FakeCloud = createCloud()) {
  const owner = createFakeGcp(cloud)
  await owner.seed(
    'POST',
    'serviceusage.googleapis.com/v1/projects/stitch-test/services/monitoring.googleapis.com:enable',
    {},
  )
  const first = createFakeGcp(cloud)
  await deploy(deployOptions(project, ioFor(first).io))
  const fake = createFakeGcp(cloud, {strictScopes: true})
  const {io} = ioFor(fake)
  const connection = await io.connect(project.stage.target)
  return {cloud, fake, io, api: connection.api}
}

function writeMetric(cloud: FakeCloud, subscription: string, name: string, value: number): void {
  writeSeries(cloud, {
    metric: `pubsub.googleapis.com/subscription/${name}`,
    resource: {type: 'pubsub_subscription', labels: {subscription_id: subscription}},
    value,
  })
}

async function look(stage: Awaited<ReturnType<typeof deployed>>, bundle: string) {
  const {config} = project
  const {api, io} = stage
  const input = {config, stage: project.stage, api, now: io.clock.now(), bundle}
  return await readStatus({...input, drift: await readDrift(config, project.stage, bundle, io)})
}

function textOf(status: Awaited<ReturnType<typeof look>>): string {
  return showStatus(status, 80)
    .map((line) => paintLine(line))
    .join('\n')
}

describe('stitch status', () => {
  test('shows a stage that is well', async () => {
    const bundle = await project.rebuild('exports.lookup = exports.worker = () => {}\n')
    const stage = await deployed()
    writeMetric(stage.cloud, 'stitch-worker', 'num_undelivered_messages', 0)
    const status = await look(stage, bundle)
    stage.fake.assertValid()
    expect(stage.fake.calls.filter(({method, path}) => method !== 'GET' && !/:(get|test)Iam/.test(path))).toEqual([])
    expect(status).toMatchObject({
      lookup: {state: 'ACTIVE', source: bundle.slice(0, 40), invokers: ['allUsers']},
      worker: {state: 'ACTIVE', invokers: ['serviceAccount:stitch-push@stitch-test.iam.gserviceaccount.com']},
      secrets: [
        {secret: 'stitch-hmac-keys', pinned: {'stitch-lookup': '1', 'stitch-worker': '1'}, newest: '1'},
        {secret: 'stitch-pepper', newest: '1'},
      ],
      subscription: {name: 'stitch-worker', state: 'ACTIVE', backlog: {waiting: 0}},
      drift: {create: 0, update: 0, delete: 0, blocked: 0, changes: []},
      unread: [],
    })
    expect(textOf(status)).toContain('none: a deploy would change nothing')
    expect(textOf(status)).toContain('deployed, the same as here')
  })

  test('tells what is not as it should be', async () => {
    const stage = await deployed()
    writeMetric(stage.cloud, 'stitch-worker', 'num_undelivered_messages', 3)
    writeMetric(stage.cloud, 'stitch-worker', 'oldest_unacked_message_age', 900)
    writeMetric(stage.cloud, 'stitch-dead-letter-hold', 'num_undelivered_messages', 1)
    await stage.fake.seed(
      'POST',
      'secretmanager.googleapis.com/v1/projects/stitch-test/secrets/stitch-pepper:addVersion',
      {
        payload: {data: 'AAAA'},
      },
    )
    const text = textOf(await look(stage, 'cd'.repeat(32)))
    expect(text).toContain('cdcdcdcdcdcd here')
    expect(text).toContain('stitch-pepper: version 1 in use, newest is 2')
    expect(text).toContain('3 messages wait, the oldest for 15 m 00 s')
    expect(text).toContain('stitch-dead-letter-hold: 1 message waits')
    expect(text).toContain('~ function stitch-lookup')
    expect(text.split('\n').every((line) => cellWidth(line) <= 80)).toBe(true)
  })

  test('names what this account may not read and shows the rest', async () => {
    const {cloud} = await deployed()
    const fake = createFakeGcp(cloud)
    cloud.faults.inject({match: ({path}) => path.endsWith('/timeSeries'), kind: 403, times: 4})
    const {io} = ioFor(fake)
    const {api} = await io.connect(project.stage.target)
    const {config, stage} = project
    const status = await readStatus({config, stage, api, now: io.clock.now(), bundle: undefined, drift: {unknown: '-'}})
    expect(status.lookup.state).toBe('ACTIVE')
    expect(status.unread.map((text) => text.split(':')[0])).toEqual([
      'what waits in stitch-worker',
      'what waits in stitch-dead-letter-hold',
    ])
  })

  test('says that nothing is deployed', async () => {
    const fake = createFakeGcp(createCloud())
    const {io} = ioFor(fake)
    const {api} = await io.connect(project.stage.target)
    const {config, stage} = project
    await expect(
      readStatus({config, stage, api, now: io.clock.now(), bundle: undefined, drift: {unknown: '-'}}),
    ).rejects.toMatchObject({code: 'STITCH_NOT_DEPLOYED', exit: 'deploy'})
  })
})

describe('stitch logs', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c'
  const REQUEST = '3f2a91c0-b7de-44c1-a0f5-8a1f0c7f3d1f'
  const entry = (message: string, lane: string, facts: object, service = 'stitch-lookup') => ({
    resource: {type: 'cloud_run_revision', labels: {service_name: service}},
    severity: 'INFO',
    trace: `projects/stitch-test/traces/${TRACE}`,
    spanId: '00f067aa0ba902b7',
    jsonPayload: {message, stitch: {hop: {lane, start: 1, end: 3.5, ok: true, facts}}},
  })

  async function open() {
    const cloud = createCloud()
    const fake = createFakeGcp(cloud, {strictScopes: true})
    await fake.seed(
      'POST',
      'serviceusage.googleapis.com/v1/projects/stitch-test/services/logging.googleapis.com:enable',
      {},
    )
    writeLogEntry(cloud, entry('read products', 'firestore', {documents: 1}))
    writeLogEntry(cloud, entry('lookup', 'lookup', {requestId: REQUEST, status: 'found'}))
    writeLogEntry(cloud, {...entry('lookup', 'lookup', {}), trace: `projects/stitch-test/traces/${'1'.repeat(32)}`})
    writeLogEntry(cloud, entry('else', 'lookup', {}, 'another-service'))
    const {io} = ioFor(fake)
    const query: LogsQuery = {
      target: project.stage.target,
      functions: ['stitch-lookup', 'stitch-worker'],
      since: 0,
      severity: undefined,
      request: undefined,
      most: 100,
    }
    return {cloud, fake, io, api: (await io.connect(project.stage.target)).api, query}
  }

  test.each([
    {what: 'both functions', request: undefined, severity: undefined, messages: ['read products', 'lookup', 'lookup']},
    {
      what: 'one request by its id, all its hops',
      request: REQUEST,
      severity: undefined,
      messages: ['read products', 'lookup'],
    },
    {what: 'one trace', request: TRACE, severity: undefined, messages: ['read products', 'lookup']},
    {what: 'a severity', request: undefined, severity: 'ERROR', messages: []},
  ])('of $what', async ({request, severity, messages}) => {
    const {api, query, fake} = await open()
    const lines = await readLogs(api, {...query, request, severity})
    expect(lines.map(({message}) => message)).toEqual(messages)
    fake.assertValid()
  })

  test('are followed until somebody stops it', async () => {
    const {api, query, cloud} = await open()
    const controller = new AbortController()
    const lines: LogLine[] = []
    let naps = 0
    const clock = {
      now: () => 0,
      sleep: async () => {
        naps++
        if (naps === 1) writeLogEntry(cloud, entry('worker', 'worker', {status: 'found'}, 'stitch-worker'))
        if (naps === 3) controller.abort(new Error('stopped'))
        controller.signal.throwIfAborted()
      },
    }
    await followLogs(api, query, {clock, signal: controller.signal, tell: async (line) => void lines.push(line)})
    expect(lines.map(({message}) => message)).toEqual(['read products', 'lookup', 'lookup', 'worker'])
  })

  test('fit 80 columns', async () => {
    const {api, query} = await open()
    const shown = (await readLogs(api, query)).flatMap((line) => showLogLine(line, 80)).map((line) => paintLine(line))
    expect(shown.join('').replaceAll(/\s+/g, ' ')).toContain('lookup 2.50 ms status=found')
    expect(shown.filter((line) => cellWidth(line) > 80)).toEqual([])
  })
})
