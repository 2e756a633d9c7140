import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe} from 'vitest'
import {startGcloudEngine} from '#runtime/engine/gcloud/start.ts'
import {usePubSub} from '../../conformance/pubsub-client.ts'
import {describeHistories} from '../../conformance/pubsub-histories.ts'
import {describeResources} from '../../conformance/pubsub-resources.ts'
import {skipReason, titled} from '../gcloud/skip-reason.ts'

async function startOfficial() {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'stitch-conformance-')))
  const port = {port: 0, explicit: false}
  const engine = stack.use(
    await startGcloudEngine({
      name: 'gcloud',
      dataDir: folder.path,
      projectId: 'demo-stitch',
      firestorePort: port,
      pubsubPort: port,
      signal: new AbortController().signal,
      log: () => {},
    }),
  )
  const opened = stack.move()
  return {pubsubHost: engine.pubsubHost, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

describe.skipIf(skipReason !== undefined)(titled("Google's Pub/Sub emulator agrees with the same cases"), () => {
  const clients = usePubSub(startOfficial)
  describeHistories(clients)
  describeResources(clients, {updates: false, checks: false})
})
