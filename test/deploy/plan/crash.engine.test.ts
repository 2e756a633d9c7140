import {expect, test} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {destroy} from '#runtime/deploy/plan/destroy.ts'
import {rollback} from '#runtime/deploy/plan/rollback.ts'
import {createCloud, type FakeCloud} from '../../fake-gcp/cloud.ts'
import {createFakeGcp, type FakeOptions} from '../../fake-gcp/handle.ts'
import {deployOptions, ioFor, makeProject, type Project} from './stage.ts'

type Action = (project: Project, cloud: FakeCloud, options?: FakeOptions) => Promise<readonly number[]>

/** Does something through a way of its own, as a process would, until it is done or killed. */
function actionOf(work: (project: Project, io: ReturnType<typeof ioFor>['io']) => Promise<unknown>): Action {
  return async (project, cloud, options = {}) => {
    const fake = createFakeGcp(cloud, {strictScopes: true, ...options})
    const {io} = ioFor(fake)
    await Promise.race([work(project, io), fake.killed])
    fake.assertValid()
    return fake.calls.map(({n}) => n)
  }
}

/** Another topic and more memory: something is made, something changed and something taken away. */
const change = actionOf(async (project, io) => {
  const {settings} = project.stage
  const stage = {...project.stage, settings: {...settings, lookup: {...settings.lookup, memoryMb: 1024 as const}}}
  const config = {...project.config, topic: 'other-requests'}
  await deploy({...deployOptions(project, io), stage, config, force: true})
})

const takeAway = actionOf(async (project, io) => {
  const {config, stage} = project
  const options = {config, stage, io, again: 'stitch destroy', planOnly: false, review: async () => true}
  await destroy({...options, deleteSecrets: true, deleteDatabase: '(default)'})
})

const goBack = actionOf(async (project, io) => {
  const review = async () => true
  await rollback({...deployOptions(project, io), release: (await firstRelease(project)).id, review})
})

async function firstRelease({config, stage}: Project) {
  const {listReleases, releasesFolder} = await import('#runtime/deploy/plan/release.ts')
  return (await listReleases(releasesFolder(config.dataDir, stage.target), stage.target))[0]!
}

test.each([
  {name: 'a change', action: change},
  {name: 'a destroy', action: takeAway},
  {name: 'a rollback', action: goBack, twice: true},
])(
  '$name that is killed before or after any of its requests ends in the same state when it is run again',
  async ({action, twice}) => {
    await using project = await makeProject()
    const prepare = async (): Promise<FakeCloud> => {
      const cloud = createCloud()
      const {io} = ioFor(createFakeGcp(cloud))
      await project.rebuild('exports.lookup = exports.worker = () => {}\n')
      await deploy(deployOptions(project, io))
      if (twice) {
        await project.rebuild('exports.lookup = exports.worker = () => 2\n')
        await deploy(deployOptions(project, io))
      }
      cloud.settle()
      return cloud
    }
    const cloud = await prepare()
    const numbers = await action(project, cloud)
    cloud.settle()
    const wanted = cloud.snapshot()
    for (const n of numbers) {
      for (const phase of ['before', 'after']) {
        const killed = await prepare()
        await action(project, killed, {
          onCall: (count, _call, at) => (count === n && at === phase ? 'kill' : undefined),
        })
        await action(project, killed)
        killed.settle()
        expect(killed.snapshot(), `${phase} request ${n}`).toEqual(wanted)
      }
    }
    expect(numbers.length).toBeGreaterThan(10)
  },
  120_000,
)
