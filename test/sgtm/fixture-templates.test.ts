import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {systemClock} from '#runtime/kernel/clock.ts'
import {testTemplate} from '#runtime/sgtm/testing/test-template.ts'

const file = (name: string): string => fileURLToPath(new URL(`../../fixtures/container/${name}`, import.meta.url))

test.each([
  ['stitcher-client.tpl', 34],
  ['vendor-tag.tpl', 5],
])('%s passes its own tests', async (name, count) => {
  const results = await testTemplate(file(name), {clock: systemClock, emit: () => {}})
  expect(results.filter(({passed}) => !passed)).toEqual([])
  expect(results.length).toBeGreaterThanOrEqual(count)
})
