import {Box, Text, useInput, useWindowSize} from 'ink'
import {useRef, useState, useSyncExternalStore} from 'react'
import type {ReactNode} from 'react'
import {paintLine} from '#runtime/trace/lines.ts'
import type {PaintOptions} from '#runtime/trace/lines.ts'
import type {Actions} from './actions.ts'
import {layoutFrame} from './frame.ts'
import type {Frame} from './frame.ts'
import {handleKey} from './handle-key.ts'
import {bindingsFor, keyName} from './keys.ts'
import {firstState} from './state.ts'
import type {UiState} from './state.ts'
import type {Store} from './store.ts'
import type {Mode} from './top.ts'

export type AppProps = {
  readonly store: Store
  readonly actions: Actions
  readonly mode: Mode
  readonly paint: PaintOptions
  /** Writes an escape sequence that draws nothing, past the screen. */
  readonly write: (sequence: string) => void
}

/** The one screen: draws a frame of the folded log and hands keys on. */
export function App({store, actions, mode, paint, write}: AppProps): ReactNode {
  const snapshot = useSyncExternalStore(store.subscribe, store.get)
  const size = useWindowSize()
  const [state, setState] = useState(firstState)
  const bindings = bindingsFor(actions)
  const frameOf = (chosen: UiState): Frame => layoutFrame({snapshot, state: chosen, size, mode, bindings})
  // Keys that arrive together are handled before the next drawing: each must see what the one before it chose.
  const latest = useRef(state)
  latest.current = state

  useInput((input, key) => {
    const name = keyName(input, key)
    const names = name === input ? Array.from(input) : [name]
    for (const one of names) {
      latest.current = handleKey(one, latest.current, {
        shown: frameOf(latest.current).shown,
        bindings,
        actions,
        view: snapshot.view,
        write,
      })
    }
    setState(latest.current)
  })

  return (
    <Box flexDirection="column">
      {frameOf(state).lines.map((line, row) => (
        // A row of the screen is its place: nothing moves between rows.
        // oxlint-disable-next-line react/no-array-index-key
        <Text key={row} wrap="truncate-end">
          {paintLine(line, paint) || ' '}
        </Text>
      ))}
    </Box>
  )
}
