import {describe, expect, it} from 'vitest'
import {foldEvents} from '#runtime/trace/fold.ts'
import type {Actions} from '../../src/ui/actions.ts'
import {copySequence, curlOf} from '../../src/ui/curl.ts'
import {footerLine, helpLines} from '../../src/ui/footer.ts'
import {handleKey} from '../../src/ui/handle-key.ts'
import {BINDINGS, bindingsFor} from '../../src/ui/keys.ts'
import {filterRequests, firstState} from '../../src/ui/state.ts'
import type {UiState} from '../../src/ui/state.ts'
import {tellFailed} from '../goldens/runs.ts'
import {known, stranger} from '../goldens/requests.ts'

const view = foldEvents(tellFailed())

/** Presses keys one after the other; tells what was asked of the run and written to the terminal. */
function press(
  keys: readonly string[],
  has: readonly (keyof Actions)[] = ['replay', 'rerun', 'reseed', 'openUrl'],
  from = firstState,
) {
  const asked: string[] = []
  const all: Required<Actions> = {
    rerun: () => asked.push('rerun'),
    replay: (trace) => asked.push(`replay ${trace}`),
    reseed: () => asked.push('reseed'),
    openUrl: (url) => asked.push(`open ${url}`),
    quit: () => asked.push('quit'),
  }
  const actions = {quit: all.quit, ...Object.fromEntries(has.map((name) => [name, all[name]]))} as Actions
  let state: UiState = from
  for (const key of keys) {
    const requests = filterRequests(view.requests, state)
    const place = requests.findIndex((request) => request.trace === state.chosen)
    const shown = {requests, index: place < 0 ? requests.length - 1 : place, maxScroll: 30, page: 10}
    const write = (sequence: string): void => void asked.push(`write ${sequence}`)
    state = handleKey(key, state, {shown, bindings: bindingsFor(actions), actions, view, write})
  }
  return {state, asked}
}

describe('keys', () => {
  it('move the choice, and stop at both ends', () => {
    expect(press(['up']).state.chosen).toBe(known.trace)
    expect(press(['k', 'k', 'k']).state.chosen).toBe(known.trace)
    expect(press(['up', 'down', 'j']).state.chosen).toBe(stranger.trace)
    expect(press(['g']).state.chosen).toBe(known.trace)
    expect(press(['g', 'G']).state.chosen).toBeUndefined()
  })

  it('scroll an open request instead', () => {
    expect(press(['enter', 'down', 'down']).state).toMatchObject({open: true, scroll: 2})
    expect(press(['enter', ' ', ' ', ' ', ' ', 'up']).state.scroll).toBe(29)
    expect(press(['enter', 'G', 'pageup', 'esc']).state).toMatchObject({open: false, scroll: 20})
  })

  it('filter by failure and by text', () => {
    expect(press(['f']).state.failing).toBe(true)
    expect(press(['f', 'f']).state.failing).toBe(false)
    expect(press(['/', 'a', 'b', 'backspace', 'q', 'enter']).state).toMatchObject({filter: 'aq', typing: false})
    expect(press(['/', 'a', 'esc']).state).toMatchObject({filter: '', typing: false})
    expect(press(['/', 'up', 'ctrl-x', 'pagedown']).state.filter).toBe('')
    expect(press(['/', 'a', 'enter', 'f', 'esc']).state).toMatchObject({filter: '', failing: false})
  })

  it('ask things of the run', () => {
    expect(press(['up', 'r']).asked).toEqual([`replay ${known.trace}`])
    expect(press(['R', 's', 'o']).asked).toEqual(['rerun', 'reseed', 'open http://127.0.0.1:8888'])
    expect(press(['q']).asked).toEqual(['quit'])
    expect(press(['/', 'q', 'ctrl-c']).asked).toEqual(['quit'])
  })

  it('do nothing, and are not shown, without their action', () => {
    const {asked, state} = press(['r', 'R', 's', 'o'], [])
    expect(asked).toEqual([])
    expect(state).toEqual(firstState)
    const help = helpLines(bindingsFor({quit: () => {}}), 80)
      .flat()
      .map((part) => part.text)
      .join('')
    expect(help).not.toContain('Firestore')
  })

  it('copy a request as curl, by the terminal', () => {
    const {asked, state} = press(['up', 'y'])
    const curl = curlOf(view.requests.get(known.trace)!)!
    expect(asked).toEqual([`write ${copySequence(curl)}`])
    expect(state.notice).toContain('Copied: curl ')
    expect(press(['up', 'y', 'down']).state.notice).toBeUndefined()
  })
})

describe('the table of keys', () => {
  it('gives every key one meaning', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('shows help and quit in the footer of any width that is not too small', () => {
    for (const columns of [60, 80, 200]) {
      const text = footerLine(BINDINGS, firstState, columns)
        .map((part) => part.text)
        .join('')
      expect(text).toContain('? help  q quit')
      expect(text.length).toBeLessThanOrEqual(columns)
    }
  })

  it('explains every key in the help', () => {
    expect(helpLines(BINDINGS, 80)).toHaveLength(BINDINGS.length)
  })
})

describe('curl', () => {
  const request = view.requests.get(stranger.trace)!

  it('is the request that was sent, without what curl makes itself', () => {
    const [first] = request.exchanges
    const headers = {'content-type': 'application/json', traceparent: '00-x', Host: 'x'}
    const sent = {...first!.exchange.request, headers, body: `{"id":"it's"}`}
    const exchanges = [{...first!, exchange: {request: sent}}]
    expect(curlOf({...request, exchanges})).toBe(
      `curl -X POST 'http://127.0.0.1:8888/stitch' -H 'content-type: application/json' --data-raw '{"id":"it'\\''s"}'`,
    )
  })

  it('is not there before the exchange is known', () => expect(curlOf({...request, exchanges: []})).toBeUndefined())
})
