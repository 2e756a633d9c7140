import {readFileSync, writeFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {logging, makeExport, parameters, tpl} from '../sgtm/export.ts'
import {declare} from '../sgtm/serve.ts'
import {copyPatientDemo, makeFolder, readEvents, runStitch} from './run-stitch.ts'

type Json = Record<string, unknown>
type Exported = {containerVersion: {tag: Json[]; customTemplate: Json[]; trigger: {triggerId: string}[]}}

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())
beforeAll(() => {
  copyPatientDemo(folder.path)
})

describe('stitch container check', () => {
  test('ends with 0 where all of a container runs, with 1 where something is missing, and with 4 for another file', async () => {
    writeFileSync(folder.file('good.json'), JSON.stringify(makeExport()))
    const good = await runStitch(folder.path, ['container', 'check', 'good.json'])
    expect(good).toMatchObject({code: 0, stderr: ''})
    expect(good.stdout).toMatch(/^GTM-SHOP1, version 12\n[^]*\n1 run, 0 approximated, 0 missing\n$/)

    const client = [{clientId: '1', name: 'Web container', type: 'app_client'}]
    writeFileSync(folder.file('poor.json'), JSON.stringify(makeExport({client})))
    const poor = await runStitch(folder.path, ['container', 'check', 'poor.json', '--json'])
    expect(poor.code).toBe(1)
    expect(JSON.parse(poor.stdout)).toMatchObject({
      version: 1,
      container: {id: 'GTM-SHOP1', version: '12'},
      counts: {runs: 0, approximated: 0, missing: 1},
      parts: [{kind: 'client', name: 'Web container', type: 'app_client', verdict: 'missing'}],
    })

    writeFileSync(folder.file('web.json'), JSON.stringify(makeExport({container: {usageContext: ['WEB']}})))
    const web = await runStitch(folder.path, ['container', 'check', 'web.json'])
    expect([web.code, web.stdout]).toEqual([4, ''])
    expect(web.stderr).toContain('this is no export of a server container')
  })
})

/** Asks through Pub/Sub and waits for the result, once in preview and once without. */
const script = `
  const url = process.env.STITCH_SGTM_URL
  for (const headers of [{'x-gtm-server-preview': 'ZW52LTE='}, {}]) {
    const asked = await fetch(url + '/stitch?id=P-1001&mode=async', {headers})
    const {requestId, pickup} = await asked.json()
    for (let turn = 0; turn < 200; turn++) {
      const result = await fetch(url + '/stitch/result?requestId=' + requestId + '&pickup=' + pickup)
      if ((await result.json()).status === 'found') break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 300))`

/** Logs in previews only, what the container says of its version. */
const debugTag = tpl(
  'TAG',
  `const v = require('getContainerVersion')();
   require('logToConsole')('mode', v.previewMode, v.debugMode, data.debug);
   data.gtmOnSuccess();`,
  [{type: 'TEXT', name: 'debug', simpleValueType: true}],
).replace(
  JSON.stringify(declare('logging', {environments: 'all'})),
  JSON.stringify(declare('logging', {environments: 'debug'})),
)

test('a preview travels through Pub/Sub and back, and what is for debugging is logged there only', async () => {
  await runStitch(folder.path, ['container', 'export', '--out', 'server.json'])
  const exported = JSON.parse(readFileSync(folder.file('server.json'), 'utf8')) as Exported
  const {tag, customTemplate, trigger} = exported.containerVersion
  customTemplate.push({templateId: '900', containerId: '7', name: 'debug', templateData: debugTag})
  tag.push(
    logging('901', '', {
      type: 'cvt_7_900',
      parameter: parameters({debug: '{{Debug Mode}}'}),
      firingTriggerId: [trigger[0]!.triggerId],
    }),
  )
  Object.assign(exported.containerVersion, {builtInVariable: [{type: 'DEBUG_MODE', name: 'Debug Mode'}]})
  writeFileSync(folder.file('server.json'), JSON.stringify(exported))
  writeFileSync(folder.file('ask.mjs'), script)

  const args = ['exec', '--container', 'server.json', '--events', 'preview.ndjson', '--', process.execPath, 'ask.mjs']
  const {code, stderr} = await runStitch(folder.path, args)
  expect({code, stderr: code === 0 ? '' : stderr}).toEqual({code: 0, stderr: ''})

  const events = readEvents(folder.file('preview.ndjson'))
  const callbacks = events.flatMap((event) => {
    if (event.type !== 'http.exchanged') return []
    const {request} = event['exchange'] as {request: {url: string; method: string; headers: Record<string, string>}}
    return request.method === 'POST' && request.url.endsWith('/stitch/callback')
      ? [request.headers['x-gtm-server-preview']]
      : []
  })
  expect(new Set(callbacks)).toEqual(new Set(['ZW52LTE=', undefined]))
  const lines = events.filter((event) => event.type === 'log.line' && String(event['text']).startsWith('mode '))
  expect(lines.map(({level, text}) => [level, text])).toEqual([
    ['info', 'mode true true true'],
    ['debug', 'mode false false false'],
  ])
})
