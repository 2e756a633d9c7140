import type {RequestView} from '#runtime/trace/view.ts'
import type {Command} from './keys.ts'

/** What the person looking chose. The log knows nothing of it. */
export type UiState = {
  /** Trace of the selected request; undefined follows the newest. */
  readonly chosen: string | undefined
  /** The selected request fills the screen, from line `scroll` on. */
  readonly open: boolean
  readonly scroll: number
  readonly failing: boolean
  readonly filter: string
  readonly typing: boolean
  readonly help: boolean
  readonly footer: boolean
  /** What the last key did, until the next. */
  readonly notice: string | undefined
}

export const firstState: UiState = {
  chosen: undefined,
  open: false,
  scroll: 0,
  failing: false,
  filter: '',
  typing: false,
  help: false,
  footer: true,
  notice: undefined,
}

/** What is on the screen just now, which moves depend on. */
export type Shown = {
  readonly requests: readonly RequestView[]
  /** Place of the selected request, -1 where there is none. */
  readonly index: number
  /** Lines that an open request can be scrolled by. */
  readonly maxScroll: number
  /** Lines or requests of a page. */
  readonly page: number
}

/** Requests that the filters let through, in order of their start. */
export function filterRequests(requests: Iterable<RequestView>, {failing, filter}: UiState): readonly RequestView[] {
  const wanted = filter.toLowerCase()
  return [...requests].filter((request) => {
    if (failing && request.state !== 'failed') return false
    if (wanted === '') return true
    const {title, scenario, step, method, path, mode, trace, outcome = '', status = ''} = request
    return [title, scenario, step, method, path, mode, trace, outcome, String(status)]
      .join(' ')
      .toLowerCase()
      .includes(wanted)
  })
}

const clamp = (value: number, last: number): number => Math.max(0, Math.min(last, value))

function move(state: UiState, by: number, shown: Shown): UiState {
  if (state.open) return {...state, scroll: clamp(Math.min(state.scroll, shown.maxScroll) + by, shown.maxScroll)}
  const request = shown.requests[clamp(shown.index + by, shown.requests.length - 1)]
  return {...state, chosen: request?.trace}
}

/** The state after a command; commands that act on the run change nothing here. */
export function reduceCommand(state: UiState, command: Command, shown: Shown): UiState {
  const next = {...state, notice: undefined}
  switch (command) {
    case 'up':
      return move(next, -1, shown)
    case 'down':
      return move(next, 1, shown)
    case 'page-up':
      return move(next, -shown.page, shown)
    case 'page-down':
      return move(next, shown.page, shown)
    case 'first':
      return move(next, Number.NEGATIVE_INFINITY, shown)
    case 'last':
      return state.open ? {...next, scroll: shown.maxScroll} : {...next, chosen: undefined}
    case 'toggle': {
      const request = shown.requests[shown.index]
      if (state.help || !request) return {...next, help: false}
      return {...next, open: !state.open, scroll: 0, chosen: request.trace}
    }
    case 'back':
      if (state.help) return {...next, help: false}
      return state.open ? {...next, open: false} : {...next, failing: false, filter: ''}
    case 'failing':
      return {...next, failing: !state.failing, open: false}
    case 'filter':
      return {...next, typing: true, open: false, help: false}
    case 'footer':
      return {...next, footer: !state.footer}
    case 'help':
      return {...next, help: !state.help}
    case 'replay':
    case 'rerun':
    case 'reseed':
    case 'copy':
    case 'browse':
    case 'quit':
      return next
    default:
      return command satisfies never
  }
}

/** The state after a key while a filter is typed: enter keeps it, escape takes it away. */
export function reduceTyping(state: UiState, name: string): UiState {
  if (name === 'enter') return {...state, typing: false}
  if (name === 'esc') return {...state, typing: false, filter: ''}
  if (name === 'backspace') return {...state, filter: Array.from(state.filter).slice(0, -1).join('')}
  return /^\P{Cc}+$/u.test(name) && !/^(ctrl-|up$|down$|page|home$|end$)/.test(name)
    ? {...state, filter: state.filter + name}
    : state
}
