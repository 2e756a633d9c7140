import type {Actions} from './actions.ts'

/** What a key means. */
export type Command =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'toggle'
  | 'back'
  | 'failing'
  | 'filter'
  | 'replay'
  | 'rerun'
  | 'reseed'
  | 'copy'
  | 'browse'
  | 'footer'
  | 'help'
  | 'quit'

export type Binding = {
  /** Names of keys as `keyName` gives them. */
  readonly keys: readonly string[]
  readonly command: Command
  /** The key as the footer and the help show it. */
  readonly shown: string
  /** A word for the footer; without one the key is shown in the help only. */
  readonly label?: string
  /** The key as the footer shows it where that differs. */
  readonly short?: string
  readonly help: string
  /** The action without which the key does not exist. */
  readonly needs?: keyof Actions
}

/** The one table of keys: the handler, the footer and the help read it. */
export const BINDINGS: readonly Binding[] = [
  {keys: ['up', 'k'], command: 'up', shown: '↑ k', help: 'previous request; in an open request, a line up'},
  {
    keys: ['down', 'j'],
    command: 'down',
    shown: '↓ j',
    short: '↑↓',
    label: 'select',
    help: 'next request; in an open request, a line down',
  },
  {keys: ['pageup', 'b'], command: 'page-up', shown: 'PgUp b', help: 'a page up'},
  {keys: ['pagedown', ' '], command: 'page-down', shown: 'PgDn space', help: 'a page down'},
  {keys: ['home', 'g'], command: 'first', shown: 'g', help: 'to the first'},
  {keys: ['end', 'G'], command: 'last', shown: 'G', help: 'to the last, and follow what comes'},
  {keys: ['enter'], command: 'toggle', shown: '⏎', label: 'open', help: 'open or close the selected request'},
  {keys: ['esc'], command: 'back', shown: 'esc', help: 'close; in the list, take the filters away'},
  {keys: ['f'], command: 'failing', shown: 'f', label: 'failing', help: 'only failing requests, or all again'},
  {keys: ['/'], command: 'filter', shown: '/', label: 'filter', help: 'only requests that contain a text'},
  {
    keys: ['r'],
    command: 'replay',
    shown: 'r',
    label: 'replay',
    help: 'send the selected request again',
    needs: 'replay',
  },
  {keys: ['R'], command: 'rerun', shown: 'R', label: 'rerun', help: 'run everything again', needs: 'rerun'},
  {keys: ['s'], command: 'reseed', shown: 's', label: 'reseed', help: 'seed Firestore again', needs: 'reseed'},
  {keys: ['y'], command: 'copy', shown: 'y', label: 'curl', help: 'copy the selected request as a curl command'},
  {keys: ['o'], command: 'browse', shown: 'o', help: "open the container's address in a browser", needs: 'openUrl'},
  {keys: ['h'], command: 'footer', shown: 'h', help: 'hide or show the last line'},
  {keys: ['?'], command: 'help', shown: '?', label: 'help', help: 'this help'},
  {
    keys: ['q', 'ctrl-c'],
    command: 'quit',
    shown: 'q',
    label: 'quit',
    help: 'stop, close everything and quit (also ctrl-c)',
  },
]

/** The bindings whose action is there. */
export function bindingsFor(actions: Actions): readonly Binding[] {
  return BINDINGS.filter(({needs}) => needs === undefined || actions[needs] !== undefined)
}

/** The part of ink's key that names are made of. */
export type KeyFlags = {
  readonly upArrow: boolean
  readonly downArrow: boolean
  readonly pageUp: boolean
  readonly pageDown: boolean
  readonly home: boolean
  readonly end: boolean
  readonly return: boolean
  readonly escape: boolean
  readonly backspace: boolean
  readonly delete: boolean
  readonly ctrl: boolean
}

/** The name of a pressed key: a word for the special ones, `ctrl-c`, else the character itself. */
export function keyName(input: string, key: KeyFlags): string {
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.pageUp) return 'pageup'
  if (key.pageDown) return 'pagedown'
  if (key.home) return 'home'
  if (key.end) return 'end'
  if (key.return) return 'enter'
  if (key.escape) return 'esc'
  if (key.backspace || key.delete) return 'backspace'
  return key.ctrl ? `ctrl-${input}` : input
}
