import {describe, expect, test} from 'vitest'
import {isLoopback, listExternalHosts} from '#runtime/engine/external-hosts.ts'
import {useExternalEngine} from '#runtime/engine/external.ts'
import {resolvePort} from '#runtime/engine/ports.ts'
import type {EngineOptions} from '#runtime/engine/types.ts'
import {startGrpcStandIn} from './stand-ins/grpc-server.ts'

function optionsOf(environment: Record<string, string>, log: EngineOptions['log'] = () => {}): EngineOptions {
  return {
    name: 'external',
    dataDir: '/nowhere',
    projectId: 'demo',
    firestorePort: {port: 0, explicit: false},
    pubsubPort: {port: 0, explicit: false},
    environment,
    signal: new AbortController().signal,
    log,
  }
}

describe('the external engine', () => {
  test('is what the two variables name, once both answer', async () => {
    await using firestore = await startGrpcStandIn(() => ({status: 5}))
    await using pubsub = await startGrpcStandIn(() => ({status: 0}))
    const environment = {FIRESTORE_EMULATOR_HOST: firestore.host, PUBSUB_EMULATOR_HOST: pubsub.host}
    const lines: string[] = []
    await using engine = await useExternalEngine(optionsOf(environment, (_, text) => lines.push(text)))
    expect(engine.env).toEqual({...environment, GOOGLE_CLOUD_PROJECT: 'demo', METADATA_SERVER_DETECTION: 'none'})
    expect(lines).toEqual([])
  })

  test.each([
    {environment: {}, code: 'STITCH_ENGINE_HOST_UNSET', says: 'FIRESTORE_EMULATOR_HOST is not set'},
    {
      environment: {FIRESTORE_EMULATOR_HOST: '127.0.0.1:1'},
      code: 'STITCH_ENGINE_HOST_UNSET',
      says: 'PUBSUB_EMULATOR_HOST is not set',
    },
    {
      environment: {FIRESTORE_EMULATOR_HOST: 'http://127.0.0.1:8080', PUBSUB_EMULATOR_HOST: '127.0.0.1:1'},
      code: 'STITCH_ENGINE_HOST_INVALID',
      says: 'which is not host:port',
    },
  ])('refuses a wrong environment: $says', async ({environment, code, says}) => {
    await expect(useExternalEngine(optionsOf(environment))).rejects.toMatchObject({
      code,
      exit: 'usage',
      message: expect.stringContaining(says) as string,
    })
  })

  test('says which host does not answer', async () => {
    await using firestore = await startGrpcStandIn(() => ({status: 5}))
    const port = await resolvePort({port: 0, explicit: false, what: 'nothing', flag: '--port'}, () => {})
    const environment = {FIRESTORE_EMULATOR_HOST: firestore.host, PUBSUB_EMULATOR_HOST: `127.0.0.1:${port}`}
    await expect(useExternalEngine(optionsOf(environment), 100)).rejects.toMatchObject({
      code: 'STITCH_ENGINE_UNREACHABLE',
      exit: 'environment',
      message: expect.stringContaining(`Pub/Sub does not answer at 127.0.0.1:${port} (PUBSUB_EMULATOR_HOST)`) as string,
    })
  })

  test('says when a host is not this machine', async () => {
    const environment = {FIRESTORE_EMULATOR_HOST: 'firestore.invalid:8080', PUBSUB_EMULATOR_HOST: 'localhost:1'}
    const lines: string[] = []
    await expect(
      useExternalEngine(
        optionsOf(environment, (level, text) => lines.push(`${level}: ${text}`)),
        50,
      ),
    ).rejects.toThrow()
    expect(lines).toEqual([
      'warn: FIRESTORE_EMULATOR_HOST is firestore.invalid:8080, which is not this machine: documents travel there unencrypted.',
    ])
  })
})

test.each([
  ['127.0.0.1:8080', '127.0.0.1:8080'],
  [' localhost:8080 ', 'localhost:8080'],
  ['[::1]:8080', '[::1]:8080'],
  ['emulators_1:8080', 'emulators_1:8080'],
  ['127.0.0.1', undefined],
  ['127.0.0.1:0', undefined],
  ['127.0.0.1:99999', undefined],
  ['http://127.0.0.1:8080', undefined],
  ['127.0.0.1:8080/path', undefined],
])('the host in "%s" is %s', (value, host) => {
  expect(listExternalHosts({FIRESTORE_EMULATOR_HOST: value})[0]?.host).toBe(host)
})

test.each([
  ['127.0.0.1:1', true],
  ['127.1.2.3:1', true],
  ['localhost:1', true],
  ['[::1]:1', true],
  ['0.0.0.0:1', true],
  ['[::]:1', true],
  ['0.0.0.1:1', false],
  ['emulators:1', false],
  ['127.0.0.1.example.com:1', false],
])('%s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback)
})
