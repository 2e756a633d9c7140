import {describe, expect, test} from 'vitest'
import {functionKind} from '#runtime/deploy/kinds/function/kind.ts'
import type {Operation} from '#runtime/deploy/types.ts'
import {adopted, applying, expectValid, otherStage, ours} from './contexts.ts'
import {createRecordingApi} from './recording-api.ts'
import {account, live, parent, path, source, spec, storageSource, uploading} from './worker.ts'

describe('a deployment of a function', () => {
  test('uploads the bundle first, and sends all settings with pinned versions', async () => {
    const context = applying(createRecordingApi(uploading))
    await functionKind.apply(spec, undefined, context)
    expect(context.api.uploads).toEqual([{url: 'https://storage.googleapis.com/signed', bytes: 10}])
    expect(context.api.requests.at(-1)).toMatchObject({query: {functionId: 'stitch-worker'}})
    expect(context.api.bodies(`POST ${parent}`)).toEqual([
      {
        environment: 'GEN_2',
        labels: spec.labels,
        buildConfig: {
          runtime: 'nodejs24',
          entryPoint: 'worker',
          environmentVariables: {GOOGLE_NODE_RUN_SCRIPTS: ''},
          source: {storageSource},
        },
        serviceConfig: {
          availableMemory: '512Mi',
          availableCpu: '1',
          maxInstanceRequestConcurrency: 20,
          minInstanceCount: 0,
          maxInstanceCount: 10,
          timeoutSeconds: 60,
          serviceAccountEmail: account,
          ingressSettings: 'ALLOW_ALL',
          allTrafficOnLatestRevision: true,
          environmentVariables: spec.environment,
          secretEnvironmentVariables: [
            {key: 'STITCH_HMAC_KEYS', projectId: 'acme-tagging', secret: 'stitch-hmac-keys', version: '3'},
            {key: 'STITCH_PEPPER', projectId: 'acme-tagging', secret: 'stitch-pepper', version: '1'},
          ],
        },
      },
    ])
    expectValid(context.api)
  })

  test('uploads nothing where only settings differ, and keeps what the platform has set', async () => {
    const context = applying()
    await functionKind.apply({...spec, timeoutSeconds: 90, environment: {A: '1'}}, live, context)
    expect(context.api.uploads).toEqual([])
    expect(context.api.requests).toMatchObject([
      {
        method: 'PATCH',
        query: {updateMask: 'serviceConfig.timeoutSeconds,serviceConfig.environmentVariables'},
        body: {serviceConfig: {timeoutSeconds: 90, environmentVariables: {LOG_EXECUTION_ID: 'true', A: '1'}}},
      },
    ])
    expectValid(context.api)
  })

  test('uploads another bundle with its label, and keeps the labels of tools', async () => {
    const context = applying(createRecordingApi(uploading))
    const next = {...spec, labels: {...ours, 'stitch-source': 'cd'.repeat(20)}}
    await functionKind.apply(next, live, context)
    expect(context.api.requests.at(-1)).toMatchObject({
      query: {updateMask: 'buildConfig.source,labels'},
      body: {
        buildConfig: {source: {storageSource}},
        labels: {'deployment-tool': 'cli-firebase', 'stitch-source': 'cd'.repeat(20)},
      },
    })
    expectValid(context.api)
  })

  test('sends nothing where all is the same', async () => {
    const context = applying()
    await functionKind.apply(spec, live, context)
    expect(context.api.requests).toEqual([])
  })

  test('waits for the one before it, and then does only what is left to do', async () => {
    const busy = {...live, state: 'DEPLOYING'}
    const context = applying(createRecordingApi({[`GET ${path}`]: [busy, live]}))
    await functionKind.apply(spec, busy, context)
    expect(context.slept).toEqual([5000, 5000])
    expect(context.api.writes()).toEqual([])
  })

  test('waits for a removal to end, and then makes it anew', async () => {
    const context = applying(createRecordingApi(uploading))
    await functionKind.apply(spec, {...live, state: 'DELETING'}, context)
    expect(context.api.writes().at(-1)).toBe(`POST ${parent}`)
  })

  test('gives up on another one that does not end', async () => {
    const busy = {...live, state: 'DEPLOYING'}
    const context = applying(createRecordingApi({[`GET ${path}`]: busy}))
    await expect(functionKind.apply(spec, busy, context)).rejects.toMatchObject({code: 'STITCH_FUNCTION_BUSY'})
  })

  test('does not begin while a secret has no version', async () => {
    const context = applying(undefined, {secretVersions: {}})
    await expect(functionKind.apply(spec, undefined, context)).rejects.toMatchObject({
      code: 'STITCH_SECRET_VERSION_UNKNOWN',
    })
    expect(context.api.requests).toEqual([])
  })

  const log = 'https://console.cloud.google.com/cloud-build/builds/1'
  const at = (name: string, resourceUri?: string): Operation => ({
    name: 'projects/p/locations/r/operations/o',
    metadata: {stages: [{name, state: 'IN_PROGRESS', ...(resourceUri ? {resourceUri} : {})}]},
  })

  test('tells each stage once, with the link to the log', async () => {
    const stages = [at('BUILD'), at('BUILD', log), at('BUILD', log), at('SERVICE')]
    const context = applying(createRecordingApi(uploading, stages))
    await functionKind.apply(spec, undefined, context)
    expect(context.told).toEqual([
      {text: 'uploading the bundle'},
      {text: 'building'},
      {text: 'building', link: log},
      {text: 'starting the new revision'},
    ])
  })

  test.each([
    ['BUILD', 'STITCH_BUILD_FAILED', 'The build of stitch-worker failed (npm ci ended with 1), so'],
    ['SERVICE', 'STITCH_REVISION_FAILED', 'The new revision of stitch-worker failed (npm ci ended with 1), so'],
  ])('that fails at %s says so', async (stage, code, message) => {
    const end = {...at(stage, log), done: true, error: {code: 3, message: 'npm ci ended with 1.'}}
    const context = applying(createRecordingApi(uploading, [end]))
    await expect(functionKind.apply(spec, undefined, context)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      hints: [`log: ${log}`],
    })
  })

  test('that fails late is told by the stage that has failed, with the command that lets it build', async () => {
    const message =
      'Could not build: missing permission on the build service account 1-compute@developer.gserviceaccount.com. If'
    const stages = [
      {name: 'BUILD', state: 'COMPLETE', resourceUri: log, stateMessages: [{severity: 'ERROR'}]},
      {name: 'SERVICE', state: 'NOT_STARTED'},
    ]
    const end = {...at('SERVICE'), metadata: {stages}, done: true, error: {code: 3, message}}
    const context = applying(createRecordingApi(uploading, [at('SERVICE'), end]))
    await expect(functionKind.apply(spec, undefined, context)).rejects.toMatchObject({
      code: 'STITCH_BUILD_FAILED',
      hints: [
        'gcloud projects add-iam-policy-binding acme-tagging --member=serviceAccount:1-compute@developer.gserviceaccount.com --role=roles/cloudbuild.builds.builder --condition=None',
        expect.stringContaining('then deploy again'),
        `log: ${log}`,
      ],
    })
  })

  test('that fails since its account is not known yet says what the API said', async () => {
    const error = {code: 3, message: 'Service account x@y does not exist.'}
    const context = applying(createRecordingApi(uploading, [{...at('SERVICE'), done: true, error}]))
    await expect(functionKind.apply(spec, undefined, context)).rejects.toMatchObject({name: 'ApiError'})
  })
})

describe('the end of a function', () => {
  test('is its deletion, its return to whom it was taken from, or nothing', async () => {
    const context = applying()
    await functionKind.remove!(spec, {...live, labels: otherStage}, context)
    await functionKind.remove!(spec, {...live, labels: {...adopted, ...source, team: 'web'}}, context)
    await functionKind.remove!(spec, live, context)
    expect(context.api.requests).toEqual([
      {
        api: 'cloudfunctions',
        method: 'PATCH',
        path,
        query: {updateMask: 'labels'},
        body: {labels: {team: 'web'}},
      },
      {api: 'cloudfunctions', method: 'DELETE', path},
    ])
    expectValid(context.api)
  })

  test('looks for a service of the same name where there is no function', async () => {
    const run = '/v2/projects/acme-tagging/locations/us-central1/services/stitch-worker'
    const context = applying(createRecordingApi({[`GET ${run}`]: {name: 'x'}}))
    expect(await functionKind.read(spec, context)).toEqual({runServiceOnly: true})
    expect(await functionKind.read(spec, applying())).toBeUndefined()
    expectValid(context.api)
  })
})
