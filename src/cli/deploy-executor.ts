import type {ChooseExecutor} from '#runtime/deploy/plan/deploy.ts'
import type {DeployIo} from '#runtime/deploy/plan/place.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'

/** What deploys the functions: `gcp`, our own calls, or `firebase`, the pinned firebase-tools in a child. */
export function chooseExecutor(
  via: string,
  {config, io}: {readonly config: ResolvedConfig; readonly io: DeployIo},
): ChooseExecutor {
  return async ({reading, account, authorize}) => {
    if (via !== 'firebase') {
      const {executeKinds} = await import('#runtime/deploy/plan/apply.ts')
      return executeKinds(io.kinds)
    }
    const [{prepareFirebase}, {createFirebaseExecutor}] = await Promise.all([
      import('#runtime/deploy/firebase/prepare.ts'),
      import('#runtime/deploy/firebase/executor.ts'),
    ])
    const tools = await prepareFirebase(reading.api, reading.target, process.cwd())
    return createFirebaseExecutor({
      tools,
      kinds: io.kinds,
      authorize,
      account,
      dataDir: config.dataDir,
      environment: process.env,
      signal: io.signal,
    })
  }
}
