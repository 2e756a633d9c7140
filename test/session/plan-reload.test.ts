import {describe, expect, test} from 'vitest'
import {planReload} from '#runtime/session/plan-reload.ts'

const nested = {
  config: '/p/stitch.config.json',
  fixtures: '/p/fixtures',
  container: '/p/fixtures/container/container.json',
  isExport: false,
  recordings: ['/p/fixtures/container/crm.json', '/p/container/crm.json', '/p/visitors/crm.json'],
  handlers: '/stitch/src/runtime/handlers',
  ownSources: ['/p/stitch.handlers.ts', '/p/data/offers.ts'],
}
const flat = {...nested, fixtures: '/p', container: '/p/container/container.json'}
const exported = {...nested, container: '/p/GTM-ABC_v7.json', isExport: true}

describe('what a change asks for', () => {
  test.each([
    {file: '/p/fixtures/visitors/franz.json', places: nested, asks: ['fixtures']},
    {file: '/p/visitors/franz.json', places: flat, asks: ['fixtures']},
    {file: '/p/fixtures/container/stitcher-client.tpl', places: nested, asks: ['templates']},
    {file: '/p/container/container.json', places: flat, asks: ['templates']},
    {file: '/p/fixtures/container/crm.json', places: nested, asks: []},
    {file: '/p/container/crm.json', places: flat, asks: []},
    {file: '/p/visitors/crm.json', places: flat, asks: []},
    {file: '/p/GTM-ABC_v7.json', places: exported, asks: ['templates']},
    {file: '/p/notes.json', places: exported, asks: []},
    {file: '/stitch/src/runtime/handlers/lookup.ts', places: nested, asks: ['handlers']},
    {file: '/p/stitch.handlers.ts', places: nested, asks: ['handlers']},
    {file: '/p/data/offers.ts', places: flat, asks: ['handlers']},
    {file: '/p/stitch.config.json', places: nested, asks: ['config']},
    {file: '/p/stitch.config.json', places: flat, asks: ['config']},
    {file: '/p/run.ndjson', places: flat, asks: []},
    {file: '/p/fixtures-old/visitors/franz.json', places: nested, asks: []},
    {file: '/p/fixtures', places: nested, asks: []},
  ])('$file: $asks', ({file, places, asks}) => {
    const plan = planReload([file], places)
    expect(Object.entries(plan).flatMap(([part, is]) => (is ? [part] : []))).toEqual(asks)
  })

  test('several at once, each once', () => {
    expect(planReload(['/p/visitors/a.json', '/p/container/a.tpl', '/p/visitors/b.json'], flat)).toEqual({
      config: false,
      templates: true,
      handlers: false,
      fixtures: true,
    })
  })
})
