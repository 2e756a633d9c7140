import {render} from 'ink'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Actions} from './actions.ts'
import {App} from './app.tsx'
import {createStore} from './store.ts'
import type {RunLog} from './store.ts'
import type {Mode} from './top.ts'

export type ShowRunOptions = {
  readonly events: RunLog
  readonly actions: Actions
  /** Must be terminals: keys need raw mode. */
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** `dev` takes the alternate screen and stays until it is disposed; `run` takes itself away when the run has ended. */
  readonly mode: Mode
  /** By default what the terminal can and the environment wants (NO_COLOR, FORCE_COLOR, TERM). */
  readonly color?: boolean
  readonly ascii?: boolean
  readonly clock?: Clock
}

/**
 * Shows a run in a terminal while it goes on. It starts nothing and decides nothing: quitting is an action of the caller's,
 * ctrl-c included. Disposing gives the terminal back with nothing left behind; `done` resolves when that has happened.
 */
export function showRun(options: ShowRunOptions): AsyncDisposable & {readonly done: Promise<void>} {
  const {events, actions, stdin, stdout, mode, clock = systemClock} = options
  const store = createStore(events, clock)
  const paint = {color: options.color ?? stdout.hasColors(), ascii: options.ascii ?? false}
  const write = (sequence: string): void => void stdout.write(sequence)
  const screen = render(<App store={store} actions={actions} mode={mode} paint={paint} write={write} />, {
    stdin,
    stdout,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: mode === 'dev',
    interactive: true,
    incrementalRendering: true,
  })

  const {promise: done, resolve} = Promise.withResolvers<void>()
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return done
    closed = true
    store[Symbol.dispose]()
    stopListening()
    // Unmounting draws what is mounted once more: with nothing mounted, that takes the last frame away.
    screen.rerender(<></>)
    screen.clear()
    screen.unmount()
    await screen.waitUntilExit()
    resolve()
  }
  const stopListening = store.subscribe(() => {
    if (mode === 'run' && store.get().view.verdict !== undefined) void close()
  })
  if (mode === 'run' && store.get().view.verdict !== undefined) void close()
  return {done, [Symbol.asyncDispose]: close}
}
