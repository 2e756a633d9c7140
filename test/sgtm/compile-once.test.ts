import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import vm from 'node:vm'
import {expect, test} from 'vitest'
import {systemClock} from '#runtime/kernel/clock.ts'
import {createDefinition} from '#runtime/sgtm/definition/definition.ts'
import {startContainer} from '#runtime/sgtm/start.ts'
import {allPermissions, declare} from './serve.ts'

/** Counts what V8 is given to compile, by the name of it. */
function countScripts(): {readonly counts: ReadonlyMap<string, number>; readonly [Symbol.dispose]: () => void} {
  const {Script} = vm
  const counts = new Map<string, number>()
  vm.Script = class extends Script {
    constructor(code: string, options?: vm.ScriptOptions | string) {
      super(code, options)
      const name = typeof options === 'object' ? (options.filename ?? '') : ''
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return {counts, [Symbol.dispose]: () => void (vm.Script = Script)}
}

test('a template is compiled once, however many instances it has and requests there are', async () => {
  using scripts = countScripts()
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'stitch-compile-'))
  stack.defer(() => rm(folder, {recursive: true}))
  const permissions = JSON.stringify(allPermissions.map(([publicId, params]) => declare(publicId, params)))
  const write = async (type: string, name: string, code: string): Promise<string> => {
    const file = join(folder, `${name}.tpl`)
    await writeFile(
      file,
      `___INFO___\n{"type": "${type}", "displayName": "${name}"}\n___SANDBOXED_JS_FOR_SERVER___\n${code}\n___SERVER_PERMISSIONS___\n${permissions}\n`,
    )
    return file
  }
  const client = await write(
    'CLIENT',
    'client',
    "require('claimRequest')(); require('runContainer')({event_name: 'sample'}, () => require('returnResponse')());",
  )
  const tag = await write('TAG', 'tag', 'data.gtmOnSuccess();')
  const instances = [1, 2, 3].map((index) => ({
    name: `tag ${index}`,
    template: tag,
    parameters: {},
    triggers: ['sample'],
  }))
  const container = stack.use(
    await startContainer({
      definition: createDefinition({
        clients: [1, 2].map((index) => ({name: `client ${index}`, template: client, priority: index, parameters: {}})),
        tags: instances,
        triggers: [{name: 'sample', event: 'sample'}],
      }),
      host: '127.0.0.1',
      port: {port: 0, explicit: true},
      keys: {},
      outbound: [],
      clock: systemClock,
      emit: () => {},
      signal: new AbortController().signal,
    }),
  )
  const compiled = new Map(scripts.counts)
  expect(compiled.get('template:client')).toBe(1)
  expect(compiled.get('template:tag')).toBe(1)

  for (let sent = 0; sent < 5; sent++) expect((await fetch(container.url)).status).toBe(200)
  expect(container.events().length).toBe(5)
  expect(scripts.counts).toEqual(compiled)
})
