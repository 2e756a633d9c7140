import {afterAll, beforeAll, expect, test} from 'vitest'
import {plainState} from '../../deploy/firebase/plain-state.ts'
import {DEFAULT_SERVICES} from '../../fake-gcp/cloud.ts'
import {seedFirebase} from '../../fake-gcp/services/firebase.ts'
import {startCloud, writeProject, type CloudOnWire} from './fake-cloud.ts'
import {makeFolder, processesOf, runStitch, type Finished} from '../run-stitch.ts'

const folder = makeFolder()
beforeAll(async () => {
  writeProject(folder.path)
  expect(await runStitch(folder.path, ['simulate', '--async', '--no-ui'])).toMatchObject({code: 0})
})
afterAll(() => folder[Symbol.dispose]())

async function deploy(on: CloudOnWire, ...args: readonly string[]): Promise<Finished> {
  return await runStitch(folder.path, ['deploy', '--yes', ...args], {env: on.env})
}

/** A project of Firebase, where firebase-tools has nothing to enable and wait for. */
async function startFirebase(): Promise<CloudOnWire> {
  const services = [...DEFAULT_SERVICES, 'eventarc.googleapis.com', 'firebase.googleapis.com']
  const on = await startCloud({run: {}, services})
  seedFirebase(on.cloud)
  return on
}

test('stitch deploy --via firebase ends in the same state as the default way', async () => {
  await using usual = await startFirebase()
  await using firebase = await startFirebase()
  expect(await deploy(usual)).toMatchObject({code: 0})
  const deployed = await deploy(firebase, '--via', 'firebase')
  expect(deployed.stderr).not.toMatch(/^Error/m)
  expect(deployed).toMatchObject({code: 0})
  expect(deployed.stdout).toMatch(/https:\/\/stitch-lookup\S+run\.app/)
  for (const {cloud} of [usual, firebase]) cloud.settle()
  expect(plainState(firebase.cloud)).toEqual(plainState(usual.cloud))
  expect(processesOf(folder.path)).toEqual([])
})

test('a plain project is refused before anything is written', async () => {
  await using on = await startCloud({run: {}})
  const before = on.cloud.snapshot()
  const {code, stderr} = await deploy(on, '--via', 'firebase')
  expect(code).toBe(5)
  expect(stderr).toMatch(/Code: STITCH_NOT_A_FIREBASE_PROJECT/)
  expect(on.cloud.snapshot()).toEqual(before)
})
