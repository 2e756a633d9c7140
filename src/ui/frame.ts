import {cutCells} from '#runtime/trace/cells.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import {requestLine, waterfallLines} from '#runtime/trace/request-lines.ts'
import {detailLines} from './detail.ts'
import {footerLine, helpLines} from './footer.ts'
import type {Binding} from './keys.ts'
import {filterRequests} from './state.ts'
import type {Shown, UiState} from './state.ts'
import type {Snapshot} from './store.ts'
import {ruleLine, topLines} from './top.ts'
import type {Mode} from './top.ts'

/** Cells and lines of the terminal. */
export type Size = {readonly columns: number; readonly rows: number}

export type FrameInput = {
  readonly snapshot: Snapshot
  readonly state: UiState
  readonly size: Size
  readonly mode: Mode
  readonly bindings: readonly Binding[]
}

/** A screen: its lines, never more than the terminal has but one, and what keys need to know about it. */
export type Frame = {readonly lines: readonly Line[]; readonly shown: Shown}

const MIN: Size = {columns: 60, rows: 12}

/** A window of `height` around the chosen place, clamped to the list. */
export function windowStart(count: number, chosen: number, height: number): number {
  return Math.max(0, Math.min(count - height, chosen - Math.floor(height / 2)))
}

/** In the list of the selected request, not of the newest. */
function placeOf(requests: Shown['requests'], chosen: string | undefined): number {
  const index = chosen === undefined ? -1 : requests.findIndex((request) => request.trace === chosen)
  return index < 0 ? requests.length - 1 : index
}

function emptyLine({state, snapshot, mode, size}: FrameInput): Line {
  const filtered = state.failing || state.filter !== ''
  const url = snapshot.view.stages.find(({stage}) => stage === 'sgtm')?.urls
  const address = mode === 'dev' && url ? Object.values(url)[0] : undefined
  const text = filtered
    ? `No request ${state.failing ? 'fails' : 'is there'}${state.filter && ` that contains "${state.filter}"`}. esc shows all.`
    : address
      ? `No request yet. Try: curl '${address}/stitch?id=…'`
      : 'No request yet.'
  return [piece(cutCells(`  ${text}`, size.columns), 'dim')]
}

function listLines(input: FrameInput, shown: Shown, height: number): readonly Line[] {
  const {columns} = input.size
  const start = windowStart(shown.requests.length, shown.index, height)
  return shown.requests.slice(start, start + height).map((request, offset) => {
    const chosen = start + offset === shown.index
    const line = requestLine(request, columns - 2, {now: input.snapshot.now})
    return [
      piece(chosen ? '▸ ' : '  ', 'strong'),
      ...line.map((part) => (part.look === 'strong' && !chosen ? {...part, look: 'plain' as const} : part)),
    ]
  })
}

function listFrame(input: FrameInput, requests: Shown['requests'], height: number): Frame {
  const {state, size, snapshot} = input
  const index = placeOf(requests, state.chosen)
  const request = requests[index]
  if (!request) return {lines: [emptyLine(input)], shown: {requests, index, maxScroll: 0, page: 1}}

  const falls = waterfallLines(request, size.columns, {now: snapshot.now})
  const room = height - 1
  const listHeight = Math.min(requests.length, Math.max(Math.floor(room * 0.4), room - falls.length))
  const shown = {requests, index, maxScroll: 0, page: Math.max(1, listHeight - 1)}
  const rest = room - listHeight
  const preview = falls.length <= rest ? falls : [...falls.slice(0, rest - 1), moreLine(falls.length - rest + 1)]
  const where = requests.length > listHeight ? `${index + 1} of ${requests.length}` : ''
  return {
    lines: [
      ...listLines(input, shown, listHeight),
      ruleLine(request.title || request.path, where, size.columns),
      ...preview,
    ],
    shown,
  }
}

function moreLine(count: number): Line {
  return [piece(`  … ${count} more, ⏎ opens`, 'dim')]
}

function openFrame(input: FrameInput, requests: Shown['requests'], height: number): Frame {
  const {state, size, snapshot} = input
  const index = placeOf(requests, state.chosen)
  const request = requests[index]
  if (!request) return listFrame({...input, state: {...state, open: false}}, requests, height)
  const all = detailLines(request, size.columns, snapshot.now)
  const room = height - 2
  const maxScroll = Math.max(0, all.length - room)
  const from = Math.min(state.scroll, maxScroll)
  const where = maxScroll > 0 ? `${from + 1}–${Math.min(all.length, from + room)} of ${all.length}` : ''
  const head = [requestLine(request, size.columns, {now: snapshot.now}), ruleLine('', where, size.columns)]
  return {
    lines: [...head, ...all.slice(from, from + room)],
    shown: {requests, index, maxScroll, page: Math.max(1, room - 1)},
  }
}

/** The whole screen as lines. Pure: the same log, choice and size give the same screen. */
export function layoutFrame(input: FrameInput): Frame {
  const {snapshot, state, size, mode, bindings} = input
  const requests = filterRequests(snapshot.view.requests, state)
  if (size.columns < MIN.columns || size.rows < MIN.rows) {
    const text = `${size.columns}x${size.rows} is too small, ${MIN.columns}x${MIN.rows} is needed; q quits`
    return {
      lines: [[piece(cutCells(text, size.columns))]],
      shown: {requests, index: placeOf(requests, state.chosen), maxScroll: 0, page: 1},
    }
  }
  const top = [...topLines(snapshot.view, mode, size.columns), ruleLine(filterTitle(state), '', size.columns)]
  const footer = state.footer || state.typing ? [footerLine(bindings, state, size.columns)] : []
  const height = size.rows - 1 - top.length - footer.length
  const middle = state.open ? openFrame(input, requests, height) : listFrame(input, requests, height)
  const lines = state.help ? helpLines(bindings, size.columns) : middle.lines
  const filled = Array.from({length: height}, (_, row) => lines[row] ?? [])
  return {lines: [...top, ...(mode === 'dev' ? filled : lines.slice(0, height)), ...footer], shown: middle.shown}
}

function filterTitle({failing, filter}: UiState): string {
  return [failing ? 'failing only' : '', filter && `"${filter}"`].filter((part) => part !== '').join(' · ')
}
