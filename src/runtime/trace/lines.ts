import {styleText} from 'node:util'
import type {Lane} from '#runtime/kernel/events.ts'
import {cellWidth} from './cells.ts'

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** How a piece of text looks: what it means, not its colour. A lane's name is the look of that lane. */
export type Look = Lane | 'plain' | 'strong' | 'dim' | 'pass' | 'fail' | 'warn' | 'wait' | 'chosen'

/** A line of text as pieces, each with its look. */
export type Line = readonly Piece[]
export type Piece = {readonly text: string; readonly look: Look}

/** The one table of colours. Only the terminal's own 16 are used, so that a person's theme decides how they look. */
const LOOKS: Readonly<Record<Look, readonly Style[]>> = {
  plain: [],
  strong: ['bold'],
  dim: ['dim'],
  pass: ['green'],
  fail: ['red'],
  warn: ['yellow'],
  wait: ['magenta', 'dim'],
  chosen: ['inverse'],
  client: ['white'],
  sgtm: ['blueBright'],
  lookup: ['cyan'],
  firestore: ['yellow'],
  pubsub: ['magenta'],
  engine: ['dim'],
  worker: ['green'],
  tag: ['blue'],
  vendor: ['gray'],
}

/** Shorthand for a piece. */
export function piece(text: string, look: Look = 'plain'): Piece {
  return {text, look}
}

/** What stands for our own signs where only ASCII can be drawn; each takes one cell as the sign does. */
const ASCII: Readonly<Record<string, string>> = {
  '━': '=',
  '╸': '=',
  '╺': '=',
  '┄': '.',
  '─': '-',
  '│': '|',
  '✓': '+',
  '✗': 'x',
  '›': '>',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '×': 'x',
  '·': '-',
  '…': '~',
}

/** The text with ASCII only, as many cells wide as before. */
function toAscii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, (sign) => ASCII[sign] ?? '?'.repeat(cellWidth(sign)))
}

export type PaintOptions = {
  /** With escape sequences for colours. */
  readonly color?: boolean
  /** Only ASCII, for terminals that cannot draw more. */
  readonly ascii?: boolean
}

/** The line as a terminal wants it. */
export function paintLine(line: Line, {color = false, ascii = false}: PaintOptions = {}): string {
  return line
    .map(({text, look}) => {
      const drawn = ascii ? toAscii(text) : text
      const styles = LOOKS[look]
      if (!color || styles.length === 0 || drawn === '') return drawn
      return styleText([...styles], drawn, {validateStream: false})
    })
    .join('')
}

/** Lines as one text, each ended by a line break and without blanks at its end. */
export function paintLines(lines: readonly Line[], options: PaintOptions = {}): string {
  return lines.map((line) => `${paintLine(trimLine(line), options)}\n`).join('')
}

function trimLine(line: Line): Line {
  const last = line.at(-1)
  if (!last) return line
  const text = last.text.trimEnd()
  return text === '' ? trimLine(line.slice(0, -1)) : [...line.slice(0, -1), {...last, text}]
}
