import {stripVTControlCharacters} from 'node:util'
import {describe, expect, it} from 'vitest'
import {reportText} from '#runtime/report/text.ts'
import {renderTrace} from '#runtime/report/render-trace.ts'
import {cellWidth} from '#runtime/trace/cells.ts'
import {tellFailed, tellPassed, tellStopped} from '../goldens/runs.ts'
import {known, late, tellRequest} from '../goldens/requests.ts'
import {createTeller, tellHop, tellStart} from '../goldens/story.ts'
import {collect} from './collect.ts'

const lines = (text: string): readonly string[] => text.split('\n')

describe('the text report', () => {
  it.each([40, 60, 80, 120])('is never wider than %i columns', async (columns) => {
    for (const events of [tellPassed(), tellFailed(), tellStopped()]) {
      for (const line of lines(await collect(reportText, events, {columns})))
        expect(cellWidth(line)).toBeLessThanOrEqual(columns)
    }
  })

  it('says the same in colour', async () => {
    for (const events of [tellPassed(), tellFailed()]) {
      const coloured = await collect(reportText, events, {color: true})
      expect(coloured).toContain('\u001b[')
      expect(stripVTControlCharacters(coloured)).toBe(await collect(reportText, events))
    }
  })

  it('passes no escape sequence on that came from outside', async () => {
    expect(await collect(reportText, tellFailed())).not.toContain('\u001b')
  })

  it('can do without anything but ASCII', async () => {
    expect(await collect(reportText, tellFailed(), {ascii: true})).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('ends with the verdict, whatever happened', async () => {
    const last = async (events: Parameters<typeof collect>[1]): Promise<string | undefined> =>
      lines((await collect(reportText, events)).trimEnd()).at(-1)
    expect(await last(tellPassed())).toBe('passed: 3 requests, 8 checks in 1.40 s')
    expect(await last(tellFailed())).toBe('failed: 2 requests, 2 of 4 checks failed in 1.20 s')
    expect(await last(tellStopped())).toBe('stopped: 0 requests, 0 checks in 40.0 ms')
    expect(await last(tellPassed().slice(0, -1))).toMatch(/^unfinished: 3 requests/)
  })

  it('tells a request once, with the hops that became known after its end', async () => {
    const teller = createTeller()
    tellStart(teller, false)
    tellRequest(teller, known)
    tellHop(teller, known.trace, {id: 'f1', parent: 'a2', lane: 'tag', name: 'tag Late', from: 1050, to: 1060})
    tellRequest(teller, {...known, trace: late.trace, title: 'Another', from: 2000, to: 2010, hops: []})
    const text = await collect(reportText, teller.events)
    expect(text.match(/A visitor known by cookie id/g)).toHaveLength(1)
    expect(text.indexOf('tag Late')).toBeLessThan(text.indexOf('Another'))
  })

  it('tells addresses only in dev, where a person needs them', async () => {
    const dev = tellPassed().map((event) => (event.type === 'run.started' ? {...event, command: 'dev'} : event))
    expect(await collect(reportText, dev)).toContain('container http://127.0.0.1:8888')
    expect(await collect(reportText, tellPassed())).not.toContain('http://127.0.0.1:8888')
  })
})

describe('a drawn trace', () => {
  it.each([late.trace.slice(0, 4), 'late', 'Component Manager', late.step])(
    'can be of the requests that %s chooses',
    (only) => {
      const text = renderTrace(tellPassed(), {only})
      expect(text).toContain('delivery 2')
      expect(text).not.toContain('A visitor nobody knows')
    },
  )
})
