import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {createCloud, type CloudOptions, type FakeCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp, type CallRecord, type FakeGcp, type FakeOptions} from '../../fake-gcp/handle.ts'
import {runFunctions, type RunOptions, type RunningFunctions} from '../../fake-gcp/run-functions.ts'
import {startServer} from '../../fake-gcp/server.ts'
import {tokenFor} from '../../fake-gcp/token.ts'
import {packageRoot} from '../run-stitch.ts'

/** A cloud that answers over HTTP, and the environment in which `stitch` finds no other. */
export type CloudOnWire = AsyncDisposable & {
  readonly cloud: FakeCloud
  readonly fake: FakeGcp
  readonly env: Readonly<Record<string, string>>
}

export const PROJECT = 'stitch-test'

/** Starts the fake. With `run`, deployed functions really run, with these variables over their own. */
export async function startCloud(
  options: CloudOptions & FakeOptions & {readonly run?: RunOptions['env']} = {},
): Promise<CloudOnWire & {readonly running: RunningFunctions | undefined}> {
  await using stack = new AsyncDisposableStack()
  const cloud = createCloud({project: PROJECT, polls: 1, propagation: {account: 0, service: 0}, ...options})
  const fake = createFakeGcp(cloud, options)
  const running = options.run && stack.use(runFunctions(cloud, {env: options.run}))
  const server = stack.use(await startServer(running ? running.over(fake.transport) : fake.transport))
  const owned = stack.move()
  return {
    cloud,
    fake,
    running,
    env: cloudEnvironment(server.url),
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  }
}

/** Whoever inherits this speaks to the fake at `url`, and to nobody else off this machine. */
function cloudEnvironment(url: string): Record<string, string> {
  return {
    STITCH_FAKE_GCP: url,
    NODE_OPTIONS: `--import=${pathToFileURL(join(packageRoot, 'test/fake-gcp/reroute.js')).href}`,
    GOOGLE_OAUTH_ACCESS_TOKEN: tokenFor('deployer@example.com', ['https://www.googleapis.com/auth/cloud-platform']),
    GOOGLE_CLOUD_PROJECT: PROJECT,
    STITCH_PROJECT: PROJECT,
  }
}

/** The demo as a project of one's own in `folder`, with a `deploy` part. */
export function writeProject(folder: string, deploy: object = {}): void {
  const demo = JSON.parse(readFileSync(join(packageRoot, 'fixtures/stitch.config.json'), 'utf8')) as object
  const config = {
    ...demo,
    fixtures: join(packageRoot, 'fixtures'),
    container: join(packageRoot, 'fixtures/container/container.json'),
    deploy: {sgtmUrl: 'https://sgtm.example.com', ...deploy},
  }
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'stitch.config.json'), JSON.stringify(config, null, 2))
}

/** The requests so far that change something. */
export function writesTo({fake}: CloudOnWire): readonly CallRecord[] {
  return fake.calls.filter(
    ({method, path}) => method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$|^\/tokeninfo$/.test(path),
  )
}
