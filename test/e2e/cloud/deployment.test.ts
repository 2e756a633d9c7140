import {describe, expect, test} from 'vitest'
import {makeFolder, runStitch} from '../run-stitch.ts'
import {startCloud, writeProject} from './fake-cloud.ts'

describe('after a deployment', () => {
  test('status, another release, rollback and destroy', async () => {
    using own = makeFolder()
    writeProject(own.path)
    await using on = await startCloud({run: {}})
    const run = async (...args: readonly string[]) => await runStitch(own.path, args, {env: on.env})
    expect(await run('status')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('STITCH_NOT_DEPLOYED') as unknown,
    })
    const empty = on.cloud.snapshot()
    await run('simulate', '--async', '--no-ui')
    expect(await run('deploy', '--yes')).toMatchObject({code: 0})
    const status = await run('status')
    expect(status).toMatchObject({code: 0})
    expect(status.stdout).toMatch(/lookup +active, stitch-lookup[^]*drift +none/)

    const first = on.cloud.snapshot()
    writeProject(own.path, {sgtmUrl: 'https://other.example.com'})
    expect(await run('deploy', '--yes')).toMatchObject({code: 0})
    expect(on.cloud.snapshot()).not.toEqual(first)
    const list = await run('rollback', '--list')
    expect(list.stdout.match(/\d{8}T\d{6}Z-[0-9a-f]{8}/g)?.length).toBeGreaterThanOrEqual(2)
    const back = await run('rollback', '--yes')
    expect(back).toMatchObject({code: 0})
    expect(JSON.stringify(on.cloud.snapshot())).not.toContain('other.example.com')
    on.fake.assertValid()

    expect(await run('destroy')).toMatchObject({code: 2})
    const destroyed = await run('destroy', '--yes')
    expect(destroyed).toMatchObject({code: 0})
    expect(destroyed.stdout + destroyed.stderr).toMatch(/kept|keeps|stays/)
    on.fake.assertValid()
    const left = Object.keys(on.cloud.snapshot().resources).filter((name) => !(name in empty.resources))
    // Secrets and the database are kept unless they are named; buckets and the repository are Google's own.
    expect(left.filter((name) => !/^(secretmanager|firestore|storage|artifactregistry)\./.test(name))).toEqual([])
    expect(await run('status')).toMatchObject({code: 5})
  })
})
