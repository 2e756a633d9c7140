import {expect, test} from 'vitest'
import {planSuiteConfig, suiteArguments, suiteEnvironment} from '#runtime/engine/firebase/suite-plan.ts'

const java = {command: '/jdk21/bin/java', version: '21.0.1', major: 21}

test('the generated configuration binds everything to loopback ports that were chosen for it, without a user interface', () => {
  const ports = {firestore: 1, pubsub: 2, hub: 3, logging: 4, websocket: 5}
  expect(JSON.parse(planSuiteConfig(ports))).toEqual({
    firestore: {},
    emulators: {
      firestore: {host: '127.0.0.1', port: 1, websocketPort: 5},
      pubsub: {host: '127.0.0.1', port: 2},
      hub: {host: '127.0.0.1', port: 3},
      logging: {host: '127.0.0.1', port: 4},
      ui: {enabled: false},
      singleProjectMode: false,
    },
  })
})

test('firebase-tools is asked for the two emulators of a project that nobody owns, and is contained', () => {
  const tools = {script: '/t/firebase.js', version: '15.0.0'}
  const line = suiteArguments({tools}, '/w/firebase.json', 'file:///c.js').join(' ')
  expect(line).toBe(
    '--import file:///c.js /t/firebase.js emulators:start --only firestore,pubsub --project demo-stitch --config /w/firebase.json --non-interactive',
  )
})

test('it finds the Java of JAVA_HOME first, its own settings in the work folder, and no emulator that runs already', () => {
  const environment = {PATH: '/bin', FIRESTORE_EMULATOR_HOST: '127.0.0.1:1', FIRESTORE_EMULATOR_BINARY_PATH: '/f.jar'}
  expect(suiteEnvironment(environment, {java}, '/work')).toEqual({
    PATH: '/jdk21/bin:/bin',
    FIRESTORE_EMULATOR_BINARY_PATH: '/f.jar',
    XDG_CONFIG_HOME: '/work',
    TMPDIR: '/work',
    NO_UPDATE_NOTIFIER: '1',
  })
})
