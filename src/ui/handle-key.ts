import type {RunView} from '#runtime/trace/view.ts'
import type {Actions} from './actions.ts'
import {copySequence, curlOf} from './curl.ts'
import type {Binding} from './keys.ts'
import {reduceCommand, reduceTyping} from './state.ts'
import type {Shown, UiState} from './state.ts'

export type KeyContext = {
  readonly shown: Shown
  readonly bindings: readonly Binding[]
  readonly actions: Actions
  readonly view: RunView
  readonly write: (sequence: string) => void
}

/** Does what a command asks of the run; returns what to tell the person. */
function act(
  command: Binding['command'],
  state: UiState,
  {shown, actions, view, write}: KeyContext,
): string | undefined {
  const request = shown.requests[shown.index]
  switch (command) {
    case 'replay':
      if (!request) return 'There is no request to send again.'
      actions.replay?.(request.trace)
      return `Sent again: ${request.title || request.path}`
    case 'rerun':
      actions.rerun?.()
      return 'Running everything again.'
    case 'reseed':
      actions.reseed?.()
      return 'Seeding again.'
    case 'copy': {
      const curl = request && curlOf(request)
      if (curl === undefined) return 'There is no request to copy.'
      write(copySequence(curl))
      return `Copied: ${curl}`
    }
    case 'browse': {
      const url = view.stages.flatMap((stage) => Object.values(stage.urls)).find((one) => one.startsWith('http'))
      if (url === undefined) return 'There is no address to open yet.'
      actions.openUrl?.(url)
      return `Opened ${url}`
    }
    case 'quit':
      actions.quit()
      return 'Closing everything.'
    default:
      return state.notice
  }
}

/** The state after a pressed key, by the table of keys. While a filter is typed, every key but ctrl-c is text. */
export function handleKey(name: string, state: UiState, context: KeyContext): UiState {
  if (state.typing && name !== 'ctrl-c') return reduceTyping(state, name)
  const binding = context.bindings.find(({keys}) => keys.includes(name))
  if (!binding) return {...state, notice: undefined}
  const next = reduceCommand(state, binding.command, context.shown)
  return {...next, notice: act(binding.command, next, context)}
}
