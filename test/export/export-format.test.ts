import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {ExportShape} from './export-format.ts'

const folder = process.env['STITCH_GTM_EXPORTS']
const files = folder ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []

/** Real exports are other people's and not in the repository; a folder of them can be named. */
describe.skipIf(files.length === 0)('the format of exports, in STITCH_GTM_EXPORTS', () => {
  test.each(files)('takes %s as it is', (name) => {
    const parsed = ExportShape.safeParse(JSON.parse(readFileSync(join(folder ?? '', name), 'utf8')))
    expect(parsed.error?.issues ?? []).toEqual([])
  })
})
