import {createHash} from 'node:crypto'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {hashConfig} from '#runtime/config/config-hash.ts'
import {resolveConfig, type ResolvedConfig} from '#runtime/config/resolve.ts'
import {simulationFiles, type SimulationRecord} from '#runtime/config/simulation-record.ts'
import {createApi} from '#runtime/deploy/gcp/call.ts'
import * as kinds from '#runtime/deploy/kinds/kinds.ts'
import {executeKinds} from '#runtime/deploy/plan/apply.ts'
import type {DeployOptions} from '#runtime/deploy/plan/deploy.ts'
import type {DeployIo} from '#runtime/deploy/plan/place.ts'
import type {DeployEvent} from '#runtime/deploy/plan/types.ts'
import {resolveStage, type StagePlan} from '#runtime/deploy/settings.ts'
import type {FakeGcp} from '../../fake-gcp/handle.ts'
import {tokenFor} from '../../fake-gcp/token.ts'

/** A project's folder with a bundle that was simulated, ready to be deployed. */
export type Project = AsyncDisposable & {
  readonly config: ResolvedConfig
  readonly files: DeployOptions['files']
  readonly stage: StagePlan
  /** Another stage, or other settings. */
  readonly withDeploy: (
    settings: object,
    flags?: {readonly stage?: string; readonly region?: string},
  ) => Promise<Project>
  /** Writes another bundle, and the record of its simulation. */
  readonly rebuild: (source: string) => Promise<string>
}

export const CONFIG_FILE = resolve(import.meta.dirname, '../../../fixtures/stitch.config.json')

export async function makeProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-deploy-'))
  const base = await resolveConfig({
    cwd: folder,
    demoFile: CONFIG_FILE,
    overrides: {project: {value: 'stitch-test', from: 'test'}},
  })
  const bundle = join(folder, 'bundle', 'index.js')
  const rebuild = async (source: string): Promise<string> => {
    await mkdir(join(folder, 'bundle'), {recursive: true})
    await writeFile(bundle, source)
    await writeFile(join(folder, 'bundle', 'package.json'), '{"main":"index.js"}\n')
    const sha256 = createHash('sha256').update(source).digest('hex')
    await simulated(base, {sha256})
    return sha256
  }
  const withDeploy: Project['withDeploy'] = async (settings, flags = {}) => {
    const config = {...base, deploy: {...base.deploy, sgtmUrl: 'https://sgtm.example.com', ...settings}}
    return {
      config,
      files: {bundle, handlers: folder, builtHandlers: folder},
      stage: await resolveStage(config, flags),
      withDeploy,
      rebuild,
      [Symbol.asyncDispose]: async () => await rm(folder, {recursive: true, force: true}),
    }
  }
  await rebuild('exports.lookup = exports.worker = () => {}\n')
  return await withDeploy({})
}

/** Leaves the record that a simulation leaves. */
export async function simulated(config: ResolvedConfig, record: Partial<SimulationRecord>): Promise<void> {
  await mkdir(config.dataDir, {recursive: true})
  await writeFile(
    simulationFiles(config.dataDir).record,
    JSON.stringify({
      version: 1,
      sha256: '',
      config: hashConfig(config),
      at: '2026-11-24T00:00:00.000Z',
      passed: 10,
      failed: 0,
      async: true,
      engine: 'embedded',
      stitch: '0.1.0',
      ...record,
    } satisfies SimulationRecord),
  )
}

/** Everything that goes out leads into the fake; its clock is the time. */
export function ioFor(fake: FakeGcp, signal: AbortSignal = new AbortController().signal) {
  const events: DeployEvent[] = []
  let counter = 0
  const {clock} = fake.cloud
  const authorize = async (scopes: readonly string[]) => ({
    authorization: `Bearer ${tokenFor('deployer@example.com', scopes)}`,
  })
  const api = createApi({transport: fake.transport, authorize, clock, signal, random: () => 0.5})
  const io: DeployIo = {
    connect: async () => ({
      api,
      account: 'deployer@example.com',
      authorize,
      [Symbol.asyncDispose]: async () => undefined,
    }),
    kinds,
    clock,
    random: (bytes) => Buffer.alloc(bytes, ++counter),
    emit: (event) => events.push(event),
    signal,
  }
  return {io, events}
}

/** Deploys without a question. */
export function deployOptions(project: Project, io: DeployIo): DeployOptions {
  const {config, stage, files} = project
  return {
    config,
    stage,
    files,
    version: '0.1.0',
    force: false,
    adopt: [],
    chooseExecutor: async () => executeKinds(io.kinds),
    io,
    again: 'stitch deploy',
    planOnly: false,
    review: async () => true,
  }
}
