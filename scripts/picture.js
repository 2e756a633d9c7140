// Draws docs/terminal.svg: one asynchronous request of a real run, as `stitch trace show` prints it.
//   node scripts/picture.js            runs the scenario below and draws it
//   node scripts/picture.js run.ndjson draws a log that was recorded with --events
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stitch = join(root, 'bin/run.js')
const SCENARIO = 'visitor-returns'
const REQUEST = 'visitors/franz-login, async'

/** A cell of the monospace grid and the frame around it, in pixels. */
const CELL = {width: 8.43, height: 19}
const PADDING = 20
const BAR = 30
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

const TEXT = '#d4d8dd'
const BACKGROUND = '#16191d'
/** The 16 colours of a terminal that stitch uses, by SGR number. */
const COLOURS = {
  31: '#f2777a',
  32: '#8fc98f',
  33: '#e3c26b',
  34: '#6f9fe0',
  35: '#c792d8',
  36: '#6cc4c4',
  37: '#e6e9ec',
  90: '#8b939c',
  94: '#8ab8f5',
}

const folder = mkdtempSync(join(tmpdir(), 'stitch-picture-'))
try {
  const log = process.argv[2] ?? record(folder)
  const drawn = run(['trace', 'show', log, '--only', REQUEST], {FORCE_COLOR: '1'})
  const command = `$ stitch trace show run.ndjson --only '${REQUEST}'`
  const lines = [[{text: command, style: {bold: true}}], [], ...drawn.trimEnd().split('\n').map(readLine)]
  const file = join(root, 'docs/terminal.svg')
  writeFileSync(file, toSvg(lines))
  console.log(`${file}: ${lines.length} lines`)
} finally {
  rmSync(folder, {recursive: true, force: true})
}

/** Runs the scenario with free ports in a folder of its own; the path of its event log. */
function record(cwd) {
  const log = join(cwd, 'run.ndjson')
  const ports = ['sgtm', 'firestore', 'pubsub'].flatMap((name) => [`--${name}-port`, '0'])
  run(['simulate', SCENARIO, '--async', '--events', log, ...ports], {}, cwd)
  return log
}

function run(args, env, cwd = root) {
  return execFileSync(process.execPath, [stitch, ...args], {cwd, env: {...process.env, ...env}, encoding: 'utf8'})
}

/** A line with SGR sequences as pieces of text, each with its style. */
function readLine(line) {
  let style = {}
  return line.split(/(\u001b\[[\d;]*m)/).flatMap((part) => {
    if (!part.startsWith('\u001b')) return part === '' ? [] : [{text: part, style}]
    for (const code of part.slice(2, -1).split(';').map(Number)) style = change(style, code)
    return []
  })
}

function change(style, code) {
  if (code === 0) return {}
  if (code === 1) return {...style, bold: true}
  if (code === 2) return {...style, dim: true}
  if (code === 22) return {...style, bold: false, dim: false}
  if (code === 39) return {...style, colour: undefined}
  return COLOURS[code] ? {...style, colour: COLOURS[code]} : style
}

function toSvg(lines) {
  const columns = Math.max(...lines.map((line) => line.reduce((sum, {text}) => sum + text.length, 0)))
  const width = Math.ceil(columns * CELL.width + 2 * PADDING)
  const height = Math.ceil(lines.length * CELL.height + BAR + PADDING)
  const rows = lines.map((line, row) => toRow(line, BAR + (row + 1) * CELL.height - 5)).filter((text) => text !== '')
  const dots = ['#f2777a', '#e3c26b', '#8fc98f'].map(
    (fill, index) => `<circle cx="${PADDING + index * 18}" cy="16" r="5" fill="${fill}"/>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>Waterfall of one asynchronous stitch request</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    ...dots,
    `<g font-family="${FONT}" font-size="14" fill="${TEXT}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** Every piece stands at its own column, so that a font of another width cannot push the bars out of line. */
function toRow(line, y) {
  let column = 0
  const pieces = line.flatMap(({text, style}) =>
    text.split(/( {2,})/).flatMap((part) => {
      const at = column
      column += part.length
      return part.trim() === '' ? [] : [toPiece(part, at, y, style)]
    }),
  )
  return pieces.join('')
}

function toPiece(text, column, y, {bold, dim, colour}) {
  const lead = text.length - text.trimStart().length
  const shown = text.trim()
  const x = (PADDING + (column + lead) * CELL.width).toFixed(1)
  const length = (shown.length * CELL.width).toFixed(1)
  const look = `${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}${colour ? ` fill="${colour}"` : ''}`
  return `<text x="${x}" y="${y}" textLength="${length}"${look}>${escape(shown)}</text>`
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
