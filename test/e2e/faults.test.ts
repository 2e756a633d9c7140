import {mkdirSync, writeFileSync} from 'node:fs'
import {afterAll, describe, expect, test} from 'vitest'
import {makeFolder, readEvents, runStitch} from './run-stitch.ts'

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())

describe('stitch simulate with faults', () => {
  test('a bad day ends well: every fault befell somebody, and nothing was done twice or lost', async () => {
    const {code, stderr, stdout} = await runStitch(folder.path, [
      'simulate',
      'bad-day',
      '--async',
      '--json',
      '--events',
      'bad-day.ndjson',
    ])
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    const {operations} = JSON.parse(stdout) as {operations: Record<string, number>}
    expect(operations).toMatchObject({contended: 2})
    expect(operations['failed']).toBeGreaterThanOrEqual(8)
    expect(operations['deliveries']).toBeGreaterThan(operations['messages']!)
    const faulty = readEvents(folder.file('bad-day.ndjson')).filter(
      (event) => event.type === 'span.ended' && (event['facts'] as {fault?: boolean} | undefined)?.fault,
    )
    expect(faulty.length).toBeGreaterThanOrEqual(12)
  })

  test('a fault that does nothing is exit 4 with its place', async () => {
    mkdirSync(folder.file('fixtures/scenarios'), {recursive: true})
    writeFileSync(
      folder.file('fixtures/scenarios/odd.json'),
      '{"title": "x", "steps": [{"request": {"id": "P-1"}, "faults": [{"at": "firestore"}]}]}',
    )
    writeFileSync(
      folder.file('stitch.config.json'),
      '{"kinds": {"product": {"collection": "products"}}, "destinations": {}}',
    )
    const {code, stderr} = await runStitch(folder.path, ['simulate', 'odd'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/a fault does something/)
    expect(stderr).toMatch(/odd\.json:1:\d+/)
  })
})
