import {strToU8, zipSync} from 'fflate'
import {describe, expect, test} from 'vitest'
import {describeFirebaseProject} from '#runtime/deploy/firebase/files.ts'
import type {FunctionSpec} from '#runtime/deploy/specs.ts'
import {demoDesired} from '../desired/stage.ts'
import {buildFromV1Alpha1, parseStrict} from './tools.ts'

const sourceFiles = {'index.js': strToU8('exports.lookup = 1\n'), 'package.json': strToU8('{"main":"index.js"}\n')}
const secretVersions = {'stitch-hmac-keys': '3', 'stitch-pepper': '1'}

type Endpoint = Readonly<Record<string, unknown>>

/** The project for functions of the demo, with its manifest and variables read. */
async function describeDemo({
  settings = {},
  stage = undefined as string | undefined,
  which = ['lookup', 'worker'],
  exists = false,
} = {}) {
  const desired = await demoDesired(settings, {stage})
  const functions = desired.filter((spec): spec is FunctionSpec => spec.type === 'function')
  const {files, only} = describeFirebaseProject({
    target: {project: 'acme-tagging', region: 'us-central1', stage},
    functions: functions.filter(({entryPoint}) => which.includes(entryPoint)).map((spec) => ({spec, exists})),
    secretVersions: stage === undefined ? secretVersions : {},
    zip: zipSync(sourceFiles),
  })
  const manifest = JSON.parse(files['source/functions.yaml'] as string) as {endpoints: Record<string, Endpoint>}
  return {files, only, manifest, variables: parseStrict(files['source/.env.acme-tagging'] as string)}
}

describe('the generated Firebase project', () => {
  test('has the files of the archive, unchanged, and three that are not uploaded', async () => {
    const {files} = await describeDemo()
    expect(Object.keys(files).toSorted()).toEqual([
      'firebase.json',
      'source/.env.acme-tagging',
      'source/functions.yaml',
      'source/index.js',
      'source/package.json',
    ])
    expect(files['source/index.js']).toEqual(sourceFiles['index.js'])
    expect(files['source/package.json']).toEqual(sourceFiles['package.json'])
    expect(JSON.parse(files['firebase.json'] as string)).toEqual({
      functions: [
        {
          source: 'source',
          codebase: 'stitch',
          runtime: 'nodejs24',
          disallowLegacyRuntimeConfig: true,
          ignore: ['functions.yaml', '.env', '.env.*', 'node_modules', '.git'],
        },
      ],
    })
  })

  test('describes a function with every setting of its spec', async () => {
    const {manifest} = await describeDemo()
    expect(manifest.endpoints['stitch-worker']).toEqual({
      platform: 'gcfv2',
      region: ['us-central1'],
      entryPoint: 'worker',
      availableMemoryMb: 512,
      cpu: 1,
      concurrency: 20,
      minInstances: 0,
      maxInstances: 10,
      timeoutSeconds: 60,
      serviceAccountEmail: 'stitch-worker@acme-tagging.iam.gserviceaccount.com',
      ingressSettings: 'ALLOW_ALL',
      labels: {
        'managed-by': 'stitch',
        'stitch-stage': 'default',
        'stitch-source': 'ab'.repeat(20),
      },
      secretEnvironmentVariables: [
        {key: 'STITCH_HMAC_KEYS', secret: 'stitch-hmac-keys'},
        {key: 'STITCH_PEPPER', secret: 'stitch-pepper'},
      ],
      httpsTrigger: {invoker: ['private']},
    })
  })

  test('is a manifest that firebase-tools accepts', async () => {
    const {manifest} = await describeDemo()
    const {endpoints} = buildFromV1Alpha1(manifest, 'acme-tagging', 'us-central1', 'nodejs24')
    expect(Object.keys(endpoints)).toEqual(['stitch-lookup', 'stitch-worker'])
  })

  test('pins the versions of secrets, which go beside the plain variables', async () => {
    const {variables} = await describeDemo()
    expect(Object.keys(variables)).toEqual([
      'STITCH_CONFIG',
      'FIREBASE_SECRET_REF_STITCH_HMAC_KEYS',
      'FIREBASE_SECRET_REF_STITCH_PEPPER',
    ])
    expect(variables['FIREBASE_SECRET_REF_STITCH_HMAC_KEYS']).toBe('stitch-hmac-keys:3')
  })

  test('deploys what is to change and names it, so that nothing else is deleted', async () => {
    const {manifest, only} = await describeDemo({which: ['worker']})
    expect(Object.keys(manifest.endpoints)).toEqual(['stitch-worker'])
    expect(only).toBe('functions:stitch:stitch-worker')
    expect((await describeDemo()).only).toBe('functions:stitch:stitch-lookup,functions:stitch:stitch-worker')
  })

  test('has a codebase of its own for each stage', async () => {
    const {files, only} = await describeDemo({stage: 'staging'})
    expect(files['firebase.json']).toContain('"codebase": "stitch-staging"')
    expect(only).toContain('functions:stitch-staging:stitch-lookup-staging')
  })

  test('a new function is private until it is granted who may call it, and one that is there stays as it is', async () => {
    const {manifest} = await describeDemo()
    expect(manifest.endpoints['stitch-lookup']).toMatchObject({httpsTrigger: {invoker: ['private']}})
    const {manifest: again} = await describeDemo({exists: true})
    expect(again.endpoints['stitch-lookup']!['httpsTrigger']).toEqual({})
  })

  test('leaves out a smallest number of instances, which firebase-tools would want to be forced to', async () => {
    const {manifest} = await describeDemo({settings: {lookup: {...lookupSettings, minInstances: 2}}})
    expect(manifest.endpoints['stitch-lookup']).not.toHaveProperty('minInstances')
  })
})

const lookupSettings = {memoryMb: 512, cpu: 1, concurrency: 80, maxInstances: 20, timeoutSeconds: 30}
