import {readFile} from 'node:fs/promises'
import {resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {ASSUMED, countOperations} from '#runtime/deploy/cost/count.ts'
import {emptyView, foldEvents} from '#runtime/trace/fold.ts'
import {parseLog} from '#runtime/trace/read-log.ts'
import {recordRun} from '../verify/stand-ins/recorded-run.ts'

describe('operations of a recorded simulation', () => {
  test('are averaged by path, pick-ups apart', () => {
    const counts = countOperations(
      recordRun([
        {step: 'direct', mode: 'sync', reads: [['products', 1]]},
        {
          step: 'graph',
          mode: 'sync',
          reads: [
            ['identities', 1],
            ['visitors', 1],
          ],
        },
        {step: 'later', mode: 'async', reads: [['products', 1]], picksUp: true},
      ]),
    )
    expect(counts.requests).toBe(3)
    expect(counts.sync).toMatchObject({reads: 1.5, writes: 0, logLines: 2.5})
    // lookup, publish, worker, a read, two writes and the callback
    expect(counts.async).toMatchObject({reads: 1, writes: 2, logLines: 7, deliveries: 1})
    expect(counts.pickup).toMatchObject({reads: 1, writes: 0, logLines: 2})
  })

  test('leave refusals out, which cost no read and would make requests look cheap', () => {
    const counts = countOperations(
      recordRun([
        {step: 'good', mode: 'sync', reads: [['products', 1]]},
        {step: 'bad', mode: 'sync', reads: [], status: 400},
      ]),
    )
    expect(counts).toMatchObject({requests: 1, sync: {reads: 1}})
  })

  test('are assumed for a path that was not taken', () => {
    expect(countOperations(emptyView)).toEqual(ASSUMED)
  })

  test('of a log that a run has written', async () => {
    const file = resolve(import.meta.dirname, '../../goldens/passed.ndjson')
    const counts = countOperations(foldEvents(parseLog(await readFile(file, 'utf8'), file).events))
    expect(counts.requests).toBeGreaterThan(0)
    expect(counts.sync.reads).toBeGreaterThanOrEqual(1)
  })
})
