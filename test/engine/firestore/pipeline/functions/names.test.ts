import {readdirSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {AGGREGATES} from '#runtime/engine/embedded/firestore/pipeline/aggregates/aggregates.ts'
import {FUNCTIONS} from '#runtime/engine/embedded/firestore/pipeline/functions/functions.ts'

const entry = createRequire(import.meta.url).resolve('@google-cloud/firestore')
const folder = join(dirname(entry), 'pipelines')

/** The client's code without comments, in which there are functions that it does not have yet. */
const source = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .join('\n')
  .replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')

function namesOf(calls: RegExp): string[] {
  return [...new Set(Array.from(source.matchAll(calls), ([, name]) => name!))].toSorted()
}

/** These need the store, a pipeline within the pipeline, or a search index, and are not computed from values. */
const ELSEWHERE = ['current_document', 'document_matches', 'scalar', 'score', 'snippet']

describe('the installed client', () => {
  test('sends no scalar function that is not there', () => {
    const names = namesOf(/(?:new (?:\w+\.)?FunctionExpression\(|super\()'(\w+)'/g)
    expect(names.length).toBeGreaterThan(110)
    expect(names.filter((name) => !Object.hasOwn(FUNCTIONS, name))).toEqual(ELSEWHERE)
  })

  test('sends no aggregate function that is not there', () => {
    const names = namesOf(/new (?:\w+\.)?AggregateFunction\('(\w+)'/g)
    expect(names).toEqual(Object.keys(AGGREGATES).toSorted())
  })
})
