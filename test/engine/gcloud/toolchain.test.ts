import {describe, expect, test} from 'vitest'
import {emulatorArguments} from '#runtime/engine/gcloud/command-lines.ts'
import {lastLines} from '#runtime/engine/gcloud/emulator-trouble.ts'
import {requireToolchain} from '#runtime/engine/gcloud/toolchain.ts'

const java = {command: '/usr/bin/java', version: '17.0.15', major: 17}
const sdk = {root: '/opt/sdk', version: '528.0.0', firestoreJar: '/opt/sdk/f.jar', pubsubJar: '/opt/sdk/p.jar'}
const tools = {java, firestoreJar: '/opt/sdk/f.jar', pubsubJar: '/opt/sdk/p.jar'}

describe('what the emulators need', () => {
  test('is complete with Java and both jars', () => {
    expect(requireToolchain({java, sdk})).toEqual(tools)
  })

  test('is taken as it is when the version of Java cannot be told', () => {
    const unknown = {...java, version: undefined, major: undefined}
    expect(requireToolchain({java: unknown, sdk})).toEqual({...tools, java: unknown})
  })

  test.each([
    {
      title: 'no Java',
      found: {java: undefined, sdk},
      says: 'No Java was found',
      hint: 'apt-get install default-jre-headless',
    },
    {
      title: 'an old Java',
      found: {java: {...java, major: 8}, sdk},
      says: 'Java 8 (/usr/bin/java) is older than the emulators need (11)',
      hint: 'apt-get install default-jre-headless, or point JAVA_HOME to a newer one',
    },
    {
      title: 'no Google Cloud CLI',
      found: {java, sdk: undefined},
      says: 'No Google Cloud CLI was found',
      hint: 'https://cloud.google.com/sdk/docs/install tells how to install the Google Cloud CLI',
    },
    {
      title: 'no emulators',
      found: {java, sdk: {...sdk, firestoreJar: undefined, pubsubJar: undefined}},
      says: 'has no cloud-firestore-emulator and no pubsub-emulator',
      hint: 'gcloud components install cloud-firestore-emulator pubsub-emulator',
    },
    {
      title: 'one emulator of a Debian package',
      found: {java, sdk: {...sdk, root: '/usr/lib/google-cloud-sdk', firestoreJar: undefined}},
      says: 'has no cloud-firestore-emulator,',
      hint: 'apt-get install google-cloud-cli-firestore-emulator (or gcloud components install cloud-firestore-emulator)',
    },
  ])('$title is said with a way out', ({found, says, hint}) => {
    expect(() => requireToolchain(found)).toThrow(
      expect.objectContaining({
        code: 'STITCH_ENGINE_MISSING',
        exit: 'environment',
        message: expect.stringContaining(says) as string,
        hints: [hint, '--engine embedded needs neither Java nor the Google Cloud CLI'],
      }),
    )
  })

  test('everything that is missing is said at once', () => {
    expect(() => requireToolchain({java: undefined, sdk: undefined})).toThrow(
      'No Java was found by JAVA_HOME or on PATH; No Google Cloud CLI was found, so',
    )
  })
})

test.each(['firestore', 'pubsub'] as const)('the %s emulator is told to bind 127.0.0.1', (service) => {
  const line = emulatorArguments(service, tools, 4711, []).join(' ')
  expect(line).toMatch(/--host[ =]127\.0\.0\.1 --port[ =]4711$/)
})

test('the last lines of a log leave out blank lines and stack frames', () => {
  const log = 'one\ntwo\nException: three\n\tat java.base/x.y(Z.java:1)\n\t... 12 more\n\nfour\n'
  expect(lastLines(log, 3)).toEqual(['two', 'Exception: three', 'four'])
})
