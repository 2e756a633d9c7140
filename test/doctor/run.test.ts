import {describe, expect, test} from 'vitest'
import {runDoctor} from '#runtime/doctor/run.ts'
import type {DoctorProbes, DoctorScope} from '#runtime/doctor/types.ts'

const owner = {pid: 4711, started: null, machine: 'here', command: 'stitch dev', since: '2026-01-01T00:00:00.000Z'}

/** A machine on which nothing is wrong. */
const sound: DoctorProbes = {
  nodeVersion: '24.21.0',
  probePort: async () => 'free',
  findPortHolder: async () => undefined,
  inspectFolder: async () => ({freeBytes: 2 ** 40}),
  inspectLock: async () => undefined,
  findTools: async () => ({
    java: {command: '/usr/bin/java', version: '17.0.15', major: 17},
    sdk: {root: '/sdk', version: '528.0.0', firestoreJar: '/sdk/f.jar', pubsubJar: '/sdk/p.jar'},
  }),
  findFirebaseSuite: async () => ({
    java: {command: '/usr/bin/java', version: '21.0.1', major: 21},
    tools: {script: '/t/firebase.js', version: '15.1.0'},
    lostPaths: [],
    toDownload: [],
  }),
  findFirebaseTools: async () => '15.1.0',
  readCredentials: async () => ({kind: 'found', file: '/adc.json'}),
}

/** A machine on which everything is wrong. */
const broken: DoctorProbes = {
  nodeVersion: '20.20.2',
  probePort: async () => 'taken',
  findPortHolder: async () => ({pid: 99, command: 'nginx'}),
  inspectFolder: async () => ({refused: 'the file system is read-only'}),
  inspectLock: async () => ({owner, life: 'alive'}),
  findTools: async () => ({
    java: undefined,
    sdk: {root: '/sdk', version: undefined, firestoreJar: undefined, pubsubJar: undefined},
  }),
  findFirebaseTools: async () => undefined,
  findFirebaseSuite: async () => ({
    java: {command: '/usr/bin/java', version: '17.0.15', major: 17},
    tools: undefined,
    lostPaths: [{name: 'PUBSUB_EMULATOR_BINARY_PATH', path: '/gone'}],
    toDownload: [],
  }),
  readCredentials: async () => ({kind: 'missing', file: '/adc.json', named: false}),
}

async function diagnose(probes: Partial<DoctorProbes>, scope: DoctorScope = {}, explicit = false) {
  const ports = [{port: 8080, explicit, what: 'Firestore', flag: '--firestore-port'}]
  return await runDoctor({scope, environment: {}, dataDir: '/p/.stitch', ports, cwd: '/p'}, {...sound, ...probes})
}

describe('the doctor', () => {
  test.each<{scope: DoctorScope}>([
    {scope: {}},
    {scope: {engine: 'gcloud'}},
    {scope: {engine: 'firebase'}},
    {scope: {deploy: true}},
    {scope: {all: true}},
  ])('has nothing to say about a sound machine: $scope', async ({scope}) => {
    expect(await diagnose({}, scope)).toEqual([])
  })

  test.each<{scope: DoctorScope; checks: string[]}>([
    {scope: {}, checks: ['node', 'ports', 'data folder', 'lock']},
    {scope: {engine: 'gcloud'}, checks: ['node', 'ports', 'data folder', 'lock', 'java', 'emulators']},
    {
      scope: {engine: 'firebase'},
      checks: ['node', 'ports', 'data folder', 'lock', ...Array(3).fill('firebase emulators')] as string[],
    },
    {scope: {engine: 'external'}, checks: ['node', 'data folder', 'lock', 'emulator hosts', 'emulator hosts']},
    {scope: {deploy: true}, checks: ['node', 'ports', 'data folder', 'lock', 'firebase-tools', 'credentials']},
    {
      scope: {all: true},
      checks: ['node', 'ports', 'data folder', 'lock', 'java', 'emulators', 'firebase-tools', 'credentials'],
    },
  ])('looks only at what is asked for: $scope', async ({scope, checks}) => {
    expect((await diagnose(broken, scope)).map(({check}) => check)).toEqual(checks)
  })

  test.each<{
    title: string
    probes: Partial<DoctorProbes>
    scope?: DoctorScope
    severity?: 'note'
    says: string
    hint: string
  }>([
    {
      title: 'an old Node',
      probes: {nodeVersion: '22.1.0'},
      says: 'Node 22.1.0 is older than 24, so nothing can be run.',
      hint: 'npm install --global node@24',
    },
    {
      title: 'a taken default port, which moves',
      probes: {probePort: async () => 'taken', findPortHolder: async () => ({pid: 99, command: 'nginx -g'})},
      severity: 'note',
      says: 'Port 8080 is taken by process 99 (nginx -g), so Firestore would use another one.',
      hint: 'kill 99, or --firestore-port 0',
    },
    {
      title: 'a full disk',
      probes: {inspectFolder: async () => ({freeBytes: 3 * 2 ** 20})},
      says: '3 MiB are free for /p/.stitch, so documents may not fit.',
      hint: 'df -h /p/.stitch',
    },
    {
      title: 'another run',
      probes: {inspectLock: async () => ({owner, life: 'alive'})},
      says: 'stitch dev (process 4711) works in /p/.stitch, so no other run can start there.',
      hint: 'kill 4711, or --data-dir DIR',
    },
    {
      title: 'a run in another container',
      probes: {inspectLock: async () => ({owner, life: 'elsewhere'})},
      says: 'stitch dev (process 4711) on here holds /p/.stitch, so no other run can start there.',
      hint: 'rm /p/.stitch/lock.json when that process is gone',
    },
    {
      title: 'the lock of a dead run',
      probes: {inspectLock: async () => ({owner: undefined, life: 'dead'})},
      severity: 'note',
      says: 'A process was killed while it worked in /p/.stitch, so its lock is still there.',
      hint: 'the next run takes it over',
    },
    {
      title: 'an old Java',
      probes: {
        findTools: async () => ({...(await sound.findTools()), java: {command: '/j', version: '1.8.0', major: 8}}),
      },
      scope: {engine: 'gcloud'},
      says: 'Java 8 (/j) is older than the emulators need (11).',
      hint: 'apt-get install default-jre-headless, or point JAVA_HOME to a newer one',
    },
    {
      title: 'a Java too old for firebase-tools',
      probes: {
        findFirebaseSuite: async () => ({
          ...(await sound.findFirebaseSuite()),
          java: {command: '/j', version: '17.0.15', major: 17},
        }),
      },
      scope: {engine: 'firebase'},
      says: 'Java 17 (/j) is older than firebase-tools needs (21).',
      hint: 'apt-get install openjdk-21-jre-headless, or point JAVA_HOME to a newer one',
    },
    {
      title: 'no Google Cloud CLI for a deploy',
      probes: {findTools: async () => ({java: undefined, sdk: undefined})},
      scope: {deploy: true},
      says: 'No Google Cloud CLI was found.',
      hint: 'https://cloud.google.com/sdk/docs/install tells how to install the Google Cloud CLI',
    },
    {
      title: 'an old firebase-tools',
      probes: {findFirebaseTools: async () => '13.0.0'},
      scope: {deploy: true},
      says: 'firebase-tools 13.0.0 is older than 15, so it cannot deploy.',
      hint: 'npm install --save-dev firebase-tools@15',
    },
    {
      title: 'credentials that are named but not there',
      probes: {readCredentials: async () => ({kind: 'missing', file: '/gone.json', named: true})},
      scope: {deploy: true},
      says: 'GOOGLE_APPLICATION_CREDENTIALS names /gone.json, which does not exist, so nobody is signed in.',
      hint: 'gcloud auth application-default login',
    },
    {
      title: 'credentials that are none',
      probes: {
        readCredentials: async () => ({kind: 'malformed', file: '/adc.json', reason: 'its type "x" is unknown'}),
      },
      scope: {deploy: true},
      says: '/adc.json holds no credentials (its type "x" is unknown), so nobody is signed in for a deploy.',
      hint: 'gcloud auth application-default login',
    },
  ])('says what is the case and what to do: $title', async ({probes, scope = {}, severity = 'problem', says, hint}) => {
    expect(await diagnose(probes, scope)).toEqual([
      {check: expect.any(String) as string, severity, sentence: says, hint},
    ])
  })

  test('takes a port that was asked for by number for a problem', async () => {
    const [found] = await diagnose({probePort: async () => 'denied'}, {}, true)
    expect(found).toMatchObject({
      severity: 'problem',
      sentence: 'Port 8080 may not be opened by this user, so Firestore cannot start.',
    })
  })
})
