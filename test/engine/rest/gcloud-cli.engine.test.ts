import {execFile} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtempDisposable, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect, test} from 'vitest'
import {startEmbedded} from '../firestore/start-embedded.ts'

const installed = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'gcloud')))

describe.skipIf(!installed)('the Google Cloud CLI, as it is installed here', () => {
  test('manages topics, subscriptions, messages, snapshots and schemas of the embedded engine', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-gcloud-'))
    await writeFile(join(folder.path, 'token'), 'owner')
    await using engine = await startEmbedded()
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder.path,
      CLOUDSDK_CONFIG: join(folder.path, 'config'),
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_PROJECT: 'demo-stitch',
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder.path, 'token'),
      CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `http://${engine.pubsubHost}/`,
    }
    const gcloud = async (...words: readonly string[]): Promise<unknown> => {
      const {stdout} = await promisify(execFile)('gcloud', ['pubsub', ...words, '--format=json'], {env})
      return stdout.trim() === '' ? undefined : JSON.parse(stdout)
    }
    await gcloud('topics', 'create', 'orders', '--labels=a=b')
    const wishes = ['--ack-deadline=20', '--min-retry-delay=2s', '--message-filter=attributes.kind="order"']
    await gcloud('subscriptions', 'create', 'worker', '--topic=orders', '--dead-letter-topic=orders', ...wishes)
    await gcloud('subscriptions', 'update', 'worker', '--ack-deadline=33')
    expect(await gcloud('subscriptions', 'describe', 'worker')).toMatchObject({
      ackDeadlineSeconds: 33,
      filter: 'attributes.kind="order"',
      retryPolicy: {minimumBackoff: '2s'},
      deadLetterPolicy: {deadLetterTopic: 'projects/demo-stitch/topics/orders'},
    })
    await gcloud('topics', 'publish', 'orders', '--message=passed over')
    await gcloud('topics', 'publish', 'orders', '--message=first', '--attribute=kind=order')
    expect(await gcloud('subscriptions', 'pull', 'worker', '--auto-ack', '--limit=10')).toEqual([
      expect.objectContaining({message: expect.objectContaining({data: 'Zmlyc3Q=', attributes: {kind: 'order'}})}),
    ])
    await gcloud('snapshots', 'create', 'moment', '--subscription=worker')
    await gcloud('subscriptions', 'seek', 'worker', '--snapshot=moment')
    const definition = '{"type":"record","name":"A","fields":[{"name":"x","type":"string"}]}'
    await gcloud('schemas', 'create', 'shape', '--type=AVRO', `--definition=${definition}`)
    expect(await gcloud('schemas', 'list')).toEqual([expect.objectContaining({type: 'AVRO'})])
    expect(await gcloud('topics', 'list')).toEqual([{name: 'projects/demo-stitch/topics/orders', labels: {a: 'b'}}])
    await expect(gcloud('topics', 'delete', 'none')).rejects.toMatchObject({
      stderr: expect.stringContaining('Resource not found (resource=none)'),
    })
  })
})
