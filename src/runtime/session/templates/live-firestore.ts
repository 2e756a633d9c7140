import type {OpenDatabase} from '#runtime/sgtm/apis/firestore/database.ts'

/** A Firestore for tests that mock none: nothing is started before one asks. */
export type LiveFirestore = AsyncDisposable & {
  /** Databases that nobody else sees, so that what one test writes is not there in the next. */
  readonly apart: () => OpenDatabase
}

/** The embedded engine in memory, behind the real client. */
export function createLiveFirestore(signal: AbortSignal): LiveFirestore {
  const stack = new AsyncDisposableStack()
  let started: Promise<OpenDatabase> | undefined
  let tests = 0
  const start = async (): Promise<OpenDatabase> => {
    const {startEmbeddedEngine} = await import('#runtime/engine/embedded/start.ts')
    const {connectFirestore} = await import('#runtime/sgtm/apis/firestore/connect.ts')
    const anyPort = {port: 0, explicit: true}
    const engine = await startEmbeddedEngine({
      name: 'embedded',
      dataDir: '',
      inMemory: true,
      projectId: 'stitch-tests',
      firestorePort: anyPort,
      pubsubPort: anyPort,
      signal,
      log: () => {},
    })
    stack.use(engine)
    return stack.use(connectFirestore(engine.firestoreHost)).open
  }
  return {
    apart: () => {
      const test = `test-${(tests += 1)}`
      return async (projectId, databaseId) => {
        started ??= start()
        return await (
          await started
        )(`${test}-${projectId}`.slice(0, 30), databaseId)
      }
    },
    [Symbol.asyncDispose]: async () => {
      await started?.catch(() => undefined)
      await stack.disposeAsync()
    },
  }
}
