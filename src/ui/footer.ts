import {cellWidth, cutCells} from '#runtime/trace/cells.ts'
import {piece} from '#runtime/trace/lines.ts'
import type {Line} from '#runtime/trace/lines.ts'
import type {Binding} from './keys.ts'
import type {UiState} from './state.ts'
import {cutLine} from './top.ts'

/** Always in the footer, however narrow it is: without them a person is lost. */
const KEPT = new Set(['help', 'quit'])

const widthOf = ({shown, short = shown, label = ''}: Binding): number => cellWidth(short) + 1 + cellWidth(label) + 2

/** The last line: what the last key did, the filter that is being typed, or the most used keys. */
export function footerLine(bindings: readonly Binding[], state: UiState, columns: number): Line {
  if (state.typing) {
    return cutLine(
      [piece('filter '), piece(state.filter, 'strong'), piece('_'), piece('   ⏎ keep  esc clear', 'dim')],
      columns,
    )
  }
  if (state.notice !== undefined) return [piece(cutCells(state.notice, columns), 'warn')]
  const labelled = bindings.filter(({label}) => label !== undefined)
  let room = columns - labelled.filter(({command}) => KEPT.has(command)).reduce((sum, one) => sum + widthOf(one), 0)
  const fitting = labelled.filter((binding) => {
    if (KEPT.has(binding.command)) return true
    room -= widthOf(binding)
    return room >= 0
  })
  return cutLine(
    fitting.flatMap(({shown, short = shown, label = ''}) => [piece(short, 'strong'), piece(` ${label}  `, 'dim')]),
    columns,
  )
}

/** The help: every key with what it does. */
export function helpLines(bindings: readonly Binding[], columns: number): readonly Line[] {
  return bindings.map(({shown, help}) => cutLine([piece(`  ${shown.padEnd(12)}`, 'strong'), piece(help)], columns))
}
