import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {StitchError} from '#runtime/kernel/errors.ts'
import {isWebOnly} from '#runtime/session/templates/web-template.ts'
import {lintTemplate} from '#runtime/sgtm/lint/lint-template.ts'
import {pack} from '#runtime/sgtm/pack/pack.ts'
import {unpack} from '#runtime/sgtm/pack/unpack.ts'
import {runText} from './run-tests.ts'

/**
 * A folder of other people's templates, which are not part of this repository. Beside them `explained.tsv` may say of
 * tests that are wrong themselves (file, name, reason), and of files that Tag Manager would refuse (file, `*`, reason).
 */
const folder = process.env['STITCH_TEMPLATES']
const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.tpl'))
const read = (name: string): string => readFileSync(join(folder ?? '', name), 'utf8')

function readExplained(): ReadonlySet<string> {
  const lines = folder !== undefined && readdirSync(folder).includes('explained.tsv') ? read('explained.tsv') : ''
  const rows = lines.split('\n').map((line) => line.split('\t'))
  return new Set(rows.map(([file, name]) => `${file}\t${name}`))
}

describe.skipIf(folder === undefined)('published templates (STITCH_TEMPLATES names a folder of them)', () => {
  test('come back byte for byte when they are unpacked and packed', () => {
    expect(files.filter((name) => pack(name, unpack(read(name))).text !== read(name))).toEqual([])
    expect(files.length).toBeGreaterThan(0)
  })

  test('are all checked without an error of ours', () => {
    for (const name of files) for (const {at} of lintTemplate(name, read(name))) expect(at.line).toBeGreaterThan(0)
  })

  test('pass their own tests, strictly or as Tag Manager runs them, but for those that are explained', async () => {
    const explained = readExplained()
    const left: string[] = []
    let [passed, total] = [0, 0]
    for (const name of files.filter((each) => !isWebOnly(read(each)))) {
      const runs = [await attempt(name, 'strict'), await attempt(name, 'gtm')]
      if (runs.includes(undefined)) left.push(`${name}\t*`)
      const results = (runs[0] ?? []).map((one, index) => ({
        name: one.name,
        is: one.passed || runs[1]?.[index]?.passed,
      }))
      total += results.length
      passed += results.filter(({is}) => is).length
      left.push(...results.filter(({is}) => !is).map((one) => `${name}\t${one.name}`))
    }
    // eslint-disable-next-line no-console
    console.log(`${passed} of ${total} tests of ${files.length} templates pass`)
    expect(left.filter((one) => !explained.has(one))).toEqual([])
  }, 600_000)
})

/** Results, or undefined for a template that is refused. */
async function attempt(name: string, mode: 'strict' | 'gtm') {
  try {
    return (await runText(read(name), mode)).results
  } catch (error) {
    if (error instanceof StitchError || (error instanceof Error && error.message.startsWith('['))) return undefined
    throw error
  }
}
