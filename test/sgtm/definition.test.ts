import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {createDefinition, readDefinition} from '#runtime/sgtm/definition/definition.ts'
import {resolveDefinition} from '#runtime/sgtm/definition/resolve-definition.ts'

async function read(text: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'stitch-definition-'))
  const file = join(folder, 'container.json')
  await writeFile(file, text)
  try {
    return await readDefinition(file)
  } catch (error) {
    return error
  } finally {
    await rm(folder, {recursive: true})
  }
}

test('template paths are those beside the file', async () => {
  const definition = await read('{"clients": [{"name": "a", "template": "a.tpl"}]}')
  expect(definition).toMatchObject({
    clients: [
      {
        name: 'a',
        code: {kind: 'template', template: {file: expect.stringMatching(/stitch-definition-.*\/a\.tpl$/)}},
        priority: 0,
        parameters: {},
      },
    ],
  })
})

test.each([
  ['{\n  "clients": [,]}', 2, 15],
  ['{"clients": [\n  {"name": 1, "template": "x"}]}', 2, 12],
  ['{"tags": [],\n  "tag": []}', 1, 1],
])('%j is refused with its place', async (text, line, column) => {
  expect(await read(text)).toMatchObject({code: 'STITCH_CONTAINER_INVALID', exit: 'config', at: {line, column}})
})

test('a file that is not there is refused', async () => {
  await expect(readDefinition('/nowhere/container.json')).rejects.toMatchObject({code: 'STITCH_CONTAINER_INVALID'})
})

const definition = createDefinition({
  clients: [
    {
      name: 'c',
      template: 'c.tpl',
      priority: 0,
      parameters: {url: '{{lookupUrl}}/x', origins: '{{allowedOrigins}}', rows: [{key: '{{keyId}}'}]},
    },
  ],
  tags: [],
  triggers: [],
})

test('placeholders become values: text within text, a list where it is the whole value', () => {
  const resolved = resolveDefinition(definition, {
    lookupUrl: 'http://127.0.0.1:1',
    allowedOrigins: ['a', 'b'],
    keyId: 'k',
  })
  expect(resolved.clients[0]?.parameters).toEqual({
    url: 'http://127.0.0.1:1/x',
    origins: ['a', 'b'],
    rows: [{key: 'k'}],
  })
})

test('a placeholder without a value is an error that names it', () => {
  expect(() => resolveDefinition(definition, {lookupUrl: 'x'})).toThrow(/\{\{allowedOrigins\}\}/)
})
