import {spawnSync} from 'node:child_process'
import {mkdtempDisposable, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {expect, it} from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('the UI is one module that loads by itself and starts nothing', {timeout: 30_000}, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-ui-'))
  const file = join(folder.path, 'index.mjs')
  const built = spawnSync(process.execPath, ['scripts/build-ui.js', file], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect(built).toMatchObject({status: 0, stderr: ''})
  expect((await stat(file)).size).toBeLessThan(600_000)
  const script = `const ui = await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(Object.keys(ui).join())`
  const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], {encoding: 'utf8', timeout: 20_000})
  expect({...loaded, output: undefined, pid: undefined}).toMatchObject({status: 0, stdout: 'showRun\n', stderr: ''})
})
