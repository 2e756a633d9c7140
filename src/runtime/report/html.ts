import {count, verdictText} from './text-verdict.ts'
import {countEngine} from '#runtime/trace/engine-facts.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {segmentsOf} from '#runtime/trace/segments.ts'
import type {RequestView, RunView} from '#runtime/trace/view.ts'
import {foldAll} from './fold-all.ts'
import {renderRequest} from './html-request.ts'
import {SCRIPT, STYLE} from './html-style.ts'
import {escapeHtml, tag} from './html-text.ts'
import type {Reporter} from './reporter.ts'
import {verdictWord} from './summary.ts'

function renderHead(view: RunView): string {
  const {head, stitch, verdict} = view
  const facts = countEngine(view)
  const told = [
    head && `engine ${head.engine}`,
    stitch && `stitch ${stitch}`,
    head?.bundle && `bundle ${head.bundle.sha256.slice(0, 12)}`,
    view.startedAt !== undefined && new Date(view.startedAt).toISOString(),
    facts && `${count(facts.calls, 'engine call')}, ${count(facts.reads, 'read')}, ${count(facts.writes, 'write')}`,
  ].filter((part) => typeof part === 'string')
  return [
    tag('h1', {}, escapeHtml(['stitch', head?.command ?? ''].join(' ').trim())),
    tag('p', {class: `verdict ${verdictWord(view)}`}, escapeHtml(verdictText(view))),
    tag('p', {class: 'dim'}, told.map(escapeHtml).join(' · ')),
    ...(verdict?.error
      ? [
          tag('p', {class: 'fail'}, escapeHtml(`${verdict.error.message} (${verdict.error.code})`)),
          ...verdict.error.hints.map((hint) => tag('p', {class: 'dim'}, escapeHtml(hint))),
        ]
      : []),
  ].join('\n')
}

function renderStages({stages}: RunView): string {
  const cells = stages.map(({stage, durationMs, detail}) =>
    tag(
      'tr',
      {},
      [stage, durationMs === undefined ? '' : formatDuration(durationMs), detail ?? '']
        .map((text) => tag('td', {}, escapeHtml(text)))
        .join(''),
    ),
  )
  return cells.length === 0 ? '' : tag('table', {class: 'stages'}, cells.join(''))
}

/** Requests in their order, under the title of their scenario each time that changes. */
function renderRequests(view: RunView): string {
  const parts: string[] = []
  let scenario: string | undefined
  for (const request of view.requests) {
    if (request.scenario !== scenario) {
      scenario = request.scenario
      const title = view.head?.scenarios.find(({id}) => id === scenario)?.title ?? scenario
      if (title !== '') parts.push(tag('h2', {}, escapeHtml(title)))
    }
    parts.push(renderRequest(request))
  }
  return parts.join('\n')
}

function renderFilter(requests: readonly RequestView[]): string {
  const failed = requests.filter(({state}) => state === 'failed').length
  const hops = requests.reduce((sum, request) => sum + segmentsOf(request).length, 0)
  return tag(
    'form',
    {class: 'filter'},
    [
      '<input type="search" id="find" placeholder="Filter requests" aria-label="Filter requests">',
      `<label><input type="checkbox" id="failed"> failed only (${failed})</label>`,
      tag('span', {class: 'dim'}, `${count(requests.length, 'request')}, ${count(hops, 'hop')}`),
    ].join('\n'),
  )
}

/**
 * The run as one page that needs nothing but itself: no request leaves it, and it can be kept as an artefact of CI.
 * Without JavaScript all of it is there but the filter.
 */
export function toHtml(view: RunView): string {
  const requests = [...view.requests]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(`stitch: ${verdictWord(view)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
${renderHead(view)}
${renderStages(view)}
</header>
${renderFilter(requests)}
<main>
${renderRequests(view)}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`
}

/** One HTML page once the run is over. */
export const reportHtml: Reporter = async function* (events) {
  yield toHtml(await foldAll(events))
}
