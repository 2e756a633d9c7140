import {parseJson} from '#runtime/trace/compare.ts'
import {containerLines} from '#runtime/trace/container-lines.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {engineWork} from '#runtime/trace/engine-facts.ts'
import {spentOn} from '#runtime/trace/request-lines.ts'
import {earliestOf, segmentsOf} from '#runtime/trace/segments.ts'
import type {Segment} from '#runtime/trace/segments.ts'
import type {CheckView, ExchangeView, RequestView} from '#runtime/trace/view.ts'
import {escapeHtml, tag} from './html-text.ts'

const MARKS = {passed: '✓', failed: '✗', running: '›'} as const

function renderBar(segment: Segment, from: number, total: number): string {
  const percent = (ms: number): string => `${((ms / total) * 100).toFixed(2)}%`
  const {name, lane, depth, kind, ok, facts, error} = segment
  const status = typeof facts['status'] === 'number' && facts['status'] >= 400 ? ` → ${facts['status']}` : ''
  const work = lane === 'engine' ? engineWork(segment) : ''
  const looks = ['bar', kind === 'wait' ? 'wait' : lane, ...(ok ? [] : ['bad'])].join(' ')
  const style = `left:${percent(segment.start - from)};width:${percent(segment.end - segment.start)}`
  const told = Object.entries(facts).map(([key, value]) => `${key}: ${value}`)
  return tag(
    'tr',
    ok ? {} : {class: 'fail'},
    [
      tag('td', {class: 'lane'}, escapeHtml(lane)),
      tag(
        'td',
        {class: 'hop', style: `padding-left:${depth}em`},
        escapeHtml(name + status + (work && `: ${work}`)) +
          (error === undefined ? '' : tag('span', {class: 'error'}, escapeHtml(` ${error}`))),
      ),
      tag('td', {class: 'track', title: told.join('\n')}, tag('span', {class: looks, style}, '')),
      tag('td', {class: 'time'}, formatDuration(segment.end - segment.start)),
    ].join(''),
  )
}

function renderWaterfall(request: RequestView): string {
  const from = earliestOf(request)
  const total = Math.max(0.001, spentOn(request))
  const rows = segmentsOf(request).map((segment) => renderBar(segment, from, total))
  return tag('table', {class: 'waterfall'}, rows.join('\n'))
}

function renderCheck({check, passed, expected, actual, at}: CheckView): string {
  if (passed) return tag('li', {class: 'pass'}, escapeHtml(check))
  const place = at ? `${at.file}:${at.line}:${at.column}` : ''
  return tag(
    'li',
    {class: 'fail'},
    [
      escapeHtml(check),
      tag('pre', {}, escapeHtml(`expected ${expected ?? 'nothing'}\nactual   ${actual ?? 'nothing'}`)),
      tag('span', {class: 'dim'}, escapeHtml(place)),
    ].join(' '),
  )
}

function showBody(body: string): string {
  const value = parseJson(body)
  return escapeHtml(body === '' ? 'no body' : value === undefined ? body : JSON.stringify(value, null, 2))
}

function renderExchange(
  {span, exchange: {request, response, error}}: ExchangeView,
  spans: RequestView['spans'],
): string {
  const lane = spans.find(({id}) => id === span)?.lane ?? ''
  const answer = response ? `${response.status}` : (error ?? 'no answer')
  return tag(
    'details',
    {class: 'exchange'},
    [
      tag(
        'summary',
        {},
        `${tag('span', {class: 'lane'}, escapeHtml(lane))} ${escapeHtml(`${request.method} ${request.url}`)} → ${escapeHtml(answer)}`,
      ),
      tag('pre', {}, showBody(request.body)),
      tag('pre', {}, response ? showBody(response.body) : escapeHtml(error ?? '')),
    ].join('\n'),
  )
}

function renderHeldBack({dropped}: RequestView): string {
  const groups = Map.groupBy(dropped, ({destination, reason}) => `not to ${destination}: ${reason}`)
  const items = [...groups].map(([why, drops]) => {
    const names = [...new Set(drops.map(({attribute}) => attribute))].join(', ')
    return tag('li', {}, escapeHtml(`${names} (${why})`))
  })
  return items.length === 0 ? '' : tag('h3', {}, 'Held back') + tag('ul', {}, items.join(''))
}

function renderLogs({logs}: RequestView): string {
  if (logs.length === 0) return ''
  const lines = logs.map(({source, level, text}) => `${level.padEnd(5)} ${source}: ${text}`)
  return tag('h3', {}, 'Log') + tag('pre', {}, escapeHtml(lines.join('\n')))
}

/** What the container decided, in the words of the terminal. */
function renderContainer(request: RequestView): string {
  const lines = containerLines(request, {columns: 110, indent: 0, all: true})
  if (lines.length === 0) return ''
  const text = lines.map((line) =>
    line
      .map(({text: part, look}) =>
        look === 'plain' ? escapeHtml(part) : tag('span', {class: `look-${look}`}, escapeHtml(part)),
      )
      .join(''),
  )
  return tag('h3', {}, 'Container') + tag('pre', {}, text.join('\n'))
}

/** One request: its line, and behind it waterfall, checks, what was held back, the container, bodies, log lines. */
export function renderRequest(request: RequestView): string {
  const {state, step, title, method, path, mode, status, outcome, error, checks, deliveries} = request
  const client = new Set(request.spans.filter(({lane}) => lane === 'client').map(({id}) => id))
  const exchanges = request.exchanges.toSorted((a, b) => Number(client.has(b.span)) - Number(client.has(a.span)))
  const answer = [status, outcome].filter((part) => part !== undefined).join(' ')
  const facts = {
    method,
    mode: mode + (deliveries > 1 ? ` ×${deliveries}` : ''),
    answer: answer || error || '',
    time: formatDuration(spentOn(request)),
  }
  const cells = Object.entries(facts).map(([name, text]) => tag('span', {class: `fact ${name}`}, escapeHtml(text)))
  // A step's own name says more than that of its request, where it has one.
  const shown = title.includes(step) ? title : `${step}: ${title}`
  const passed = checks.filter((check) => check.passed).length
  return tag(
    'details',
    {class: `request ${state}`, ...(state === 'failed' ? {open: ''} : {})},
    [
      tag(
        'summary',
        {},
        `${tag('span', {class: 'mark'}, MARKS[state])} ${tag('span', {class: 'title'}, escapeHtml(shown || path))} ${cells.join(' ')}`,
      ),
      renderWaterfall(request),
      ...(error === undefined ? [] : [tag('p', {class: 'fail'}, escapeHtml(error))]),
      ...(checks.length === 0
        ? []
        : [
            tag('h3', {}, `Checks: ${passed} of ${checks.length} passed`),
            tag('ul', {class: 'checks'}, checks.map(renderCheck).join('\n')),
          ]),
      renderHeldBack(request),
      renderContainer(request),
      ...(exchanges.length === 0 ? [] : [tag('h3', {}, 'Requests and answers')]),
      ...exchanges.map((exchange) => renderExchange(exchange, request.spans)),
      renderLogs(request),
    ].join('\n'),
  )
}
