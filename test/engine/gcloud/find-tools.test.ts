import {describe, expect, test} from 'vitest'
import {findJava, majorOf} from '#runtime/engine/gcloud/find-java.ts'
import {findCloudSdk} from '#runtime/engine/gcloud/find-sdk.ts'
import {createStandInMachine} from './stand-in-machine.ts'

/** The files of a Google Cloud CLI with both emulators. */
function sdkFiles(root: string, {emulators = true} = {}): Record<string, string> {
  return {
    [`${root}/bin/gcloud`]: '',
    [`${root}/VERSION`]: '528.0.0\n',
    ...(emulators
      ? {
          [`${root}/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar`]: '',
          [`${root}/platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar`]: '',
        }
      : {}),
  }
}

describe('the Google Cloud CLI', () => {
  test.each([
    {
      title: 'by the link that is on PATH',
      files: {'/usr/bin/gcloud': '-> /weird/sdk/bin/gcloud', ...sdkFiles('/weird/sdk')},
      environment: {PATH: '/bin:/usr/bin'},
      root: '/weird/sdk',
    },
    {
      title: 'by CLOUDSDK_ROOT_DIR before PATH',
      files: {...sdkFiles('/a'), ...sdkFiles('/b')},
      environment: {CLOUDSDK_ROOT_DIR: '/b', PATH: '/a/bin'},
      root: '/b',
    },
    {
      title: "in the home folder, where the archive's script puts it",
      files: sdkFiles('/home/ada/google-cloud-sdk'),
      environment: {},
      root: '/home/ada/google-cloud-sdk',
    },
    {
      title: 'with emulators rather than the first one without',
      files: {...sdkFiles('/a', {emulators: false}), ...sdkFiles('/opt/google-cloud-sdk')},
      environment: {PATH: '/a/bin'},
      root: '/opt/google-cloud-sdk',
    },
  ])('is found $title, without asking it', async ({files, environment, root}) => {
    const machine = createStandInMachine({files, environment})
    expect(await findCloudSdk(machine)).toEqual({
      root,
      version: '528.0.0',
      firestoreJar: `${root}/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar`,
      pubsubJar: `${root}/platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar`,
    })
    expect(machine.asked).toEqual([])
  })

  test('is found without its emulators when nothing better is there', async () => {
    const machine = createStandInMachine({files: sdkFiles('/a', {emulators: false}), environment: {PATH: '/a/bin'}})
    expect(await findCloudSdk(machine)).toEqual({
      root: '/a',
      version: '528.0.0',
      firestoreJar: undefined,
      pubsubJar: undefined,
    })
  })

  test('is asked for its place when the command is only a wrapper', async () => {
    const machine = createStandInMachine({
      files: {'/wrappers/gcloud': '', ...sdkFiles('/hidden/sdk')},
      environment: {PATH: '/wrappers'},
      answers: {'/wrappers/gcloud': '/hidden/sdk\n'},
    })
    expect((await findCloudSdk(machine))?.root).toBe('/hidden/sdk')
    expect(machine.asked).toEqual(['/wrappers/gcloud info --format=value(installation.sdk_root)'])
  })

  test('is not found where there is none', async () => {
    expect(await findCloudSdk(createStandInMachine({files: {}, environment: {PATH: '/usr/bin'}}))).toBeUndefined()
  })
})

describe('Java', () => {
  test('is that of JAVA_HOME before that on PATH, its version read without starting it', async () => {
    const machine = createStandInMachine({
      files: {
        '/jdk/bin/java': '',
        '/jdk/release': 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n',
        '/usr/bin/java': '',
      },
      environment: {JAVA_HOME: '/jdk', PATH: '/usr/bin'},
    })
    expect(await findJava(machine)).toEqual({command: '/jdk/bin/java', version: '17.0.15', major: 17})
    expect(machine.asked).toEqual([])
  })

  test('is the one on PATH when JAVA_HOME leads nowhere, and is asked when it has no release file', async () => {
    const machine = createStandInMachine({
      files: {'/usr/bin/java': '-> /jre/bin/java', '/jre/bin/java': ''},
      environment: {JAVA_HOME: '/gone', PATH: '/usr/bin'},
      answers: {'/jre/bin/java': 'openjdk version "1.8.0_402"\n'},
    })
    expect(await findJava(machine)).toEqual({command: '/jre/bin/java', version: '1.8.0_402', major: 8})
  })

  test('is not found where there is none', async () => {
    expect(await findJava(createStandInMachine({files: {}}))).toBeUndefined()
  })

  test.each([
    ['1.8.0_402', 8],
    ['11', 11],
    ['17.0.15', 17],
    ['21-ea', 21],
    ['none', undefined],
  ])('version %s is Java %s', (version, major) => {
    expect(majorOf(version)).toBe(major)
  })
})
