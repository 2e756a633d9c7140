import {FakeError, type Cloud, type FakeCall, type Json} from '../../service.ts'
import {ensureFunctionsRepository} from '../artifactregistry.ts'
import {ensureBucket, readObject, sourceBytes, writeObject} from '../storage/objects.ts'
import {buildImage, checkServices} from './build-image.ts'
import {POLLS, showStages, STAGES, type Stage} from './stages.ts'
import {startService} from './start-service.ts'

export const FUNCTIONS = 'cloudfunctions.functions'
/** The operation that a function is in, by the function's name. */
export const PENDING = '.cloudfunctions.pending'

/** A build and a new revision, for a function that is made or changed. */
type Deployment = {
  readonly kind: 'create' | 'update'
  /** All settings, without output fields. */
  readonly wanted: Json
  /** The function as it was, with its output fields; undefined for a new one. */
  readonly before: Json
}

/** Starts a deployment. The function is DEPLOYING until it is over, then ACTIVE or FAILED. */
export function startDeployment(call: FakeCall, cloud: Cloud, deployment: Deployment): Json {
  const {kind, before} = deployment
  const {name} = deployment.wanted
  const [, project, , region = ''] = name.split('/')
  checkServices(cloud)
  const source = keepSource(cloud, deployment.wanted, region)
  const wanted = withSource(deployment.wanted, source)
  const build = `projects/${cloud.project.number}/locations/${region}/builds/${cloud.id()}`
  const operation = `projects/${project}/locations/${region}/operations/operation-${cloud.id()}`
  const started = cloud.time()
  let failed: {readonly stage: Stage; readonly message: string} | undefined

  const store = (row: Json): Json => {
    cloud.table(FUNCTIONS).set(name, structuredClone({...row, updateTime: cloud.time()}))
    return cloud.table(FUNCTIONS).get(name)
  }
  store({...(before ?? {...wanted, createTime: started}), state: 'DEPLOYING', stateMessages: undefined})
  cloud.table(PENDING).set(name, operation)

  const run = (failAt: string | undefined): Json => {
    cloud.table(PENDING).delete(name)
    let stage: Stage = STAGES[0]
    // What a failed build leaves is the function as it was; a revision that does not start has the new settings.
    let left: Json = before ?? {...wanted, createTime: started}
    const check = (next: Stage): void => {
      stage = next
      if (failAt === next && next !== 'SERVICE') throw new FakeError(400, 'INVALID_ARGUMENT', MADE_TO_FAIL[next])
    }
    try {
      check('ARTIFACT_REGISTRY')
      ensureFunctionsRepository(cloud, project, region)
      check('BUILD')
      const image = buildImage(cloud, wanted)
      check('SERVICE')
      left = {...withOutputs(wanted, before, build), createTime: left.createTime}
      const service = startService(cloud, wanted, image, failAt === 'SERVICE' ? MADE_TO_FAIL.SERVICE : undefined)
      const done = withService(left, service)
      return {'@type': 'type.googleapis.com/google.cloud.functions.v2.Function', ...store({...done, state: 'ACTIVE'})}
    } catch (error) {
      if (!(error instanceof FakeError)) throw error
      failed = {stage, message: error.message}
      const stateMessages = [{severity: 'ERROR', type: `${stage}_FAILED`, message: error.message}]
      store({...left, state: 'FAILED', stateMessages})
      throw error
    }
  }

  return cloud.operations.start(call, {
    name: operation,
    polls: POLLS,
    metadata: ({polls, done}) => ({
      '@type': 'type.googleapis.com/google.cloud.functions.v2.OperationMetadata',
      createTime: started,
      ...(done ? {endTime: cloud.time()} : {}),
      target: name,
      verb: kind,
      apiVersion: 'v2',
      operationType: kind === 'create' ? 'CREATE_FUNCTION' : 'UPDATE_FUNCTION',
      requestResource: {'@type': 'type.googleapis.com/google.cloud.functions.v2.Function', ...wanted},
      stages: showStages(name, build, {polls, done, failed}, cloud),
      sourceToken: Buffer.from(build).toString('base64'),
      buildName: build,
    }),
    finish: () => run(undefined),
    abandon: (stage) => void run(stage),
  })
}

const MADE_TO_FAIL: Readonly<Record<Stage, string>> = {
  ARTIFACT_REGISTRY: 'Artifact Registry repository gcf-artifacts could not be created.',
  BUILD:
    'Build failed with status: FAILURE and message: npm error code ERESOLVE. For more details see the logs at ' +
    'https://console.cloud.google.com/cloud-build/builds.',
  SERVICE:
    'Container Healthcheck failed. The user-provided container failed to start and listen on the port defined provided ' +
    'by the PORT=8080 environment variable within the allocated timeout. Logs for this revision might contain more information.',
}

/** Copies what was uploaded to where the service keeps a function's source, and says where that is. */
function keepSource(cloud: Cloud, {name, buildConfig}: Json, region: string): Json {
  const given = buildConfig.source?.storageSource
  const id = name.split('/').at(-1)
  const bucket = `gcf-v2-sources-${cloud.project.number}-${region}`
  const object = `${id}/function-source.zip`
  const bytes = sourceBytes(cloud, given)
  ensureBucket(cloud, bucket, region)
  const {generation} =
    given.bucket === bucket ? readObject(cloud, bucket, object)! : writeObject(cloud, bucket, object, bytes)
  return {bucket, object, generation}
}

function withSource(wanted: Json, storageSource: Json): Json {
  return {
    ...wanted,
    buildConfig: {
      ...wanted.buildConfig,
      source: {storageSource},
      sourceProvenance: {resolvedStorageSource: storageSource},
    },
  }
}

function withOutputs(wanted: Json, before: Json, build: string): Json {
  const {service, uri, revision} = before?.serviceConfig ?? {}
  return {
    ...wanted,
    buildConfig: {...wanted.buildConfig, build},
    serviceConfig: {...wanted.serviceConfig, ...(service === undefined ? {} : {service, uri, revision})},
  }
}

function withService(row: Json, {name, uri, latestReadyRevision}: Json): Json {
  const revision = latestReadyRevision.split('/').at(-1)
  return {...row, serviceConfig: {...row.serviceConfig, service: name, uri, revision}}
}
