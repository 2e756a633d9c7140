import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {runText} from './run-tests.ts'

const file = (name: string): string => fileURLToPath(new URL(`../../../fixtures/container/${name}`, import.meta.url))

test.each([
  ['stitcher-client.tpl', 34],
  ['vendor-tag.tpl', 5],
])('%s passes its own tests', async (name, count) => {
  const {results} = await runText(await readFile(file(name), 'utf8'))
  expect(results.filter(({passed}) => !passed)).toEqual([])
  expect(results.length).toBeGreaterThanOrEqual(count)
})
