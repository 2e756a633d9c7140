import {expect, test} from 'vitest'
import {readLogLine} from '#runtime/functions/log-lines.ts'

const trace = 'a'.repeat(32)
const span = 'b'.repeat(16)
const parent = 'c'.repeat(16)
const where = {'logging.googleapis.com/trace': `projects/p/traces/${trace}`, 'logging.googleapis.com/spanId': span}
const hop = {lane: 'lookup', parent, start: 1_000.5, end: 1_003.25, ok: true, facts: {status: 200}}
const out = {target: 'lookup', stream: 'stdout'} as const
const err = {target: 'lookup', stream: 'stderr'} as const

test('a hop becomes its span, with what was dropped in between', () => {
  const dropped = [{attribute: 'profitMargin', destination: 'browser', reason: 'not on the allow-list'}]
  const line = JSON.stringify({severity: 'INFO', message: 'lookup', ...where, stitch: {hop, dropped}})
  expect(readLogLine(line, out)).toEqual([
    {type: 'span.started', trace, span, parent, name: 'lookup', lane: 'lookup', start: 1_000.5},
    {type: 'attribute.dropped', trace, span, ...dropped[0]},
    {type: 'span.ended', trace, span, end: 1_003.25, ok: true, facts: {status: 200}},
  ])
})

test('a failed hop keeps its error', () => {
  const line = JSON.stringify({
    message: 'read visitors',
    ...where,
    stitch: {hop: {...hop, ok: false, error: 'deadline'}},
  })
  expect(readLogLine(line, out).at(-1)).toMatchObject({type: 'span.ended', ok: false, error: 'deadline'})
})

test.each([
  ['text on stdout is information', 'hello', out, {level: 'info', text: 'hello'}],
  ['text on stderr is an error', 'Error: no', err, {level: 'error', text: 'Error: no'}],
  ['a warning of Node is a warning', '(node:7) [DEP0040] DeprecationWarning: x', err, {level: 'warn'}],
  ['a severity is a level', '{"severity":"WARNING","message":"slow"}', out, {level: 'warn', text: 'slow'}],
  ['an unknown severity is information', '{"severity":"ODD","message":"m"}', out, {level: 'info', text: 'm'}],
  ['a structured line keeps its trace', JSON.stringify({message: 'm', ...where}), out, {trace, text: 'm'}],
  ['JSON without a message is text', '{"a":1}', out, {text: '{"a":1}'}],
  ['broken JSON is text', '{"message":', out, {text: '{"message":'}],
  [
    'a hop that is no hop is a line',
    JSON.stringify({message: 'm', ...where, stitch: {hop: {lane: 'moon'}}}),
    out,
    {text: 'm', trace},
  ],
  ['a line of the bundle is cut', 'x'.repeat(100_000), out, {text: `${'x'.repeat(2_000)}…`}],
  ['a hop without a trace is a line', JSON.stringify({message: 'm', stitch: {hop}}), out, {text: 'm'}],
])('%s', (_, line, origin, expected) => {
  expect(readLogLine(line, origin)).toEqual([
    expect.objectContaining({type: 'log.line', source: 'lookup', ...expected}),
  ])
})

test('an empty line states nothing', () => {
  expect(readLogLine('  ', out)).toEqual([])
})
