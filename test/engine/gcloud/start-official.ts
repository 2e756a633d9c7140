import {mkdtempDisposable} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {startGcloudEngine} from '#runtime/engine/gcloud/start.ts'
import type {Engine} from '#runtime/engine/types.ts'

/** Google's emulators on free ports, with a folder of their own that goes with them. */
export async function startOfficial(): Promise<Pick<Engine, 'firestoreHost' | 'pubsubHost'> & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'stitch-official-')))
  const port = {port: 0, explicit: false}
  const {firestoreHost, pubsubHost} = stack.use(
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
  return {firestoreHost, pubsubHost, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}
