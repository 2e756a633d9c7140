import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {functionKind} from '#runtime/deploy/kinds/function/kind.ts'
import type {LiveFunction} from '#runtime/deploy/kinds/function/live.ts'
import {comparing, otherStage, ours, reasonsOf} from './contexts.ts'
import {account, created, live, spec} from './worker.ts'

function withService(settings: LiveFunction['serviceConfig']): LiveFunction {
  return {...live, serviceConfig: {...live.serviceConfig, ...settings}}
}

describe('what differs of a function', () => {
  test.each<[string, LiveFunction, readonly string[]]>([
    ['as it was made', live, []],
    [
      'with another bundle',
      {...live, labels: {...ours, 'stitch-source': 'cd'.repeat(20)}},
      ['bundle cdcdcdcdcdcd -> abababababab'],
    ],
    ['that failed', {...live, state: 'FAILED'}, ['the last deployment failed']],
    ['that is being deployed', {...live, state: 'DEPLOYING'}, ['another deployment of it is under way']],
    ['that is being deleted', {...live, labels: {}, state: 'DELETING'}, ['is being deleted, so it is made again']],
    ['with as much memory in other words', withService({availableMemory: '536870912'}), []],
    ['with less memory', withService({availableMemory: '256M'}), ['availableMemory 244.140625 MiB -> 512 MiB']],
    ['with as many CPUs in other words', withService({availableCpu: '1000m'}), []],
    [
      'with other instances',
      withService({minInstanceCount: 2, maxInstanceCount: 3}),
      ['minInstanceCount 2 -> 0', 'maxInstanceCount 3 -> 10'],
    ],
    [
      'with split traffic',
      withService({allTrafficOnLatestRevision: false}),
      ['allTrafficOnLatestRevision false -> true'],
    ],
    [
      'closed to the internet',
      withService({ingressSettings: 'ALLOW_INTERNAL_ONLY'}),
      ['ingressSettings ALLOW_INTERNAL_ONLY -> ALLOW_ALL'],
    ],
    ['with another account', withService({serviceAccountEmail: 'x@y'}), [`serviceAccountEmail x@y -> ${account}`]],
    [
      'with build scripts',
      {...live, buildConfig: {...live.buildConfig, environmentVariables: {}}},
      ['the build is with build scripts -> without build scripts'],
    ],
    [
      'with another configuration, told by its keys only',
      withService({environmentVariables: {STITCH_CONFIG: '{"project":"hush","limits":{"batch":50,"idBytes":1}}'}}),
      ['STITCH_CONFIG: limits.idBytes, project changed'],
    ],
    [
      'with the same configuration in another form',
      withService({environmentVariables: {STITCH_CONFIG: '{ "project": "acme-tagging", "limits": {"batch": 50} }'}}),
      [],
    ],
    [
      'with a configuration that is no JSON',
      withService({environmentVariables: {STITCH_CONFIG: 'hush'}}),
      ['STITCH_CONFIG: the value changed'],
    ],
    ['without variables', withService({environmentVariables: {}}), ['variable STITCH_CONFIG is missing']],
    [
      "with a person's variable",
      withService({environmentVariables: {...spec.environment, TOKEN: 'hush', K_SERVICE: 'x', FUNCTION_TARGET: 'y'}}),
      ['variable TOKEN is not in the configuration, so it is taken away'],
    ],
    [
      'with an older version of a secret',
      withService({
        secretEnvironmentVariables: [
          {key: 'STITCH_HMAC_KEYS', projectId: '123456', secret: 'stitch-hmac-keys', version: '2'},
          {key: 'STITCH_PEPPER', projectId: 'acme-tagging', secret: 'stitch-pepper', version: '1'},
        ],
      }),
      ['STITCH_HMAC_KEYS stitch-hmac-keys version 2 -> stitch-hmac-keys version 3'],
    ],
    [
      'with secrets of others',
      withService({
        secretEnvironmentVariables: [
          {key: 'OTHER', secret: 'x', version: '1'},
          {key: 'STITCH_HMAC_KEYS', projectId: 'shop', secret: 'stitch-hmac-keys', version: '3'},
        ],
      }),
      [
        'STITCH_HMAC_KEYS stitch-hmac-keys of project shop version 3 -> stitch-hmac-keys version 3',
        'secret variable STITCH_PEPPER is missing',
        'secret variable OTHER is not in the configuration, so it is taken away',
      ],
    ],
  ])('%s', (_, found, reasons) => {
    const text = reasonsOf(functionKind.compare(spec, found, comparing()))
    expect(text).toEqual(reasons)
    expect(text.join()).not.toContain('hush')
  })

  test('is told for its build account only where one is configured', () => {
    const builder = {...spec, buildServiceAccount: 'build@acme-tagging.iam.gserviceaccount.com'}
    expect(reasonsOf(functionKind.compare(builder, live, comparing()))).toEqual([
      'build account 1-compute@x -> build@acme-tagging.iam.gserviceaccount.com',
    ])
  })

  test('is a version that is not known yet', () => {
    const found = functionKind.compare(spec, live, comparing([], {secretVersions: {'stitch-hmac-keys': '3'}}))
    expect(reasonsOf(found)).toEqual(['STITCH_PEPPER: the version is known once the secret stitch-pepper is there'])
  })

  test.each<[string, LiveFunction, boolean]>([
    ['of somebody else', {...live, labels: {}}, true],
    ['of another stage', {...live, labels: otherStage}, false],
    ['of the first generation', {...live, environment: 'GEN_1'}, false],
    ['that events start', {...live, eventTrigger: {}}, false],
    ['that is only a Cloud Run service', {runServiceOnly: true}, false],
  ])('a function %s stands in the way', (_, found, adopt) => {
    expect(functionKind.compare(spec, found, comparing())).toMatchObject({verdict: 'foreign', adopt})
    const verdict = adopt ? 'update' : 'foreign'
    expect(functionKind.compare(spec, found, comparing([spec.id])).verdict).toBe(verdict)
  })

  test('what always runs costs, also when nothing changes', () => {
    const wanted = {...spec, minInstances: 2}
    expect(functionKind.compare(wanted, withService({minInstanceCount: 2}), comparing())).toEqual({
      verdict: 'same',
      notes: [{kind: 'cost', text: '2 instances of stitch-worker always run and are charged also while idle'}],
    })
  })

  test('is nothing once it is as it was sent', async () => {
    const settings = fc.record({
      memoryMb: fc.constantFrom(256, 512, 1024, 2048, 4096),
      cpu: fc.constantFrom(1, 2, 4),
      concurrency: fc.integer({min: 1, max: 1000}),
      minInstances: fc.nat(100),
      maxInstances: fc.integer({min: 1, max: 1000}),
      timeoutSeconds: fc.integer({min: 1, max: 600}),
      environment: fc.dictionary(fc.stringMatching(/^[A-Z]{3,8}$/), fc.string()),
      buildServiceAccount: fc.option(fc.constant('build@acme-tagging.iam.gserviceaccount.com'), {nil: undefined}),
    })
    await fc.assert(
      fc.asyncProperty(settings, async (some) => {
        const wanted = {...spec, ...some}
        expect(functionKind.compare(wanted, await created(wanted), comparing()).verdict).toBe('same')
      }),
      {numRuns: 40},
    )
  })
})
