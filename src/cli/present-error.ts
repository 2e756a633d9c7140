import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {stripVTControlCharacters, styleText} from 'node:util'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import {packageFiles} from './package-files.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

/** What an error looks like from outside, and the exit code it ends with. */
export type ShownError = {readonly stdout?: string; readonly stderr?: string; readonly exit: number}

type PresentOptions = {
  readonly argv: readonly string[]
  /** Keeps the stack of a bug; returns the file's name. */
  readonly crashLog?: (error: unknown, argv: readonly string[]) => string | undefined
}

/**
 * Turns whatever left a command into text and exit code: a StitchError is a sentence with code, place and hints; wrong
 * usage is exit 2; a finished help page stays silent; anything else is a bug of ours (70) with stack and log file.
 */
export function presentError(thrown: unknown, {argv, crashLog = writeCrashLog}: PresentOptions): ShownError {
  const error = firstOf(thrown)
  const oclif = readOclif(error)
  if (oclif && oclif.code === 'EEXIT') return {exit: oclif.exit}
  const known = error instanceof StitchError ? error : oclif ? usageError(oclif) : undefined
  const json = argv.slice(0, endOfFlags(argv)).includes('--json')
  if (known)
    return json
      ? {stdout: toJson({...known.toJSON(), hints: hintsOf(known)}), exit: EXIT[known.exit]}
      : {stderr: toText(known), exit: EXIT[known.exit]}
  const log = crashLog(error, argv)
  const message = error instanceof Error ? error.message : String(error)
  if (json) return {stdout: toJson({code: 'STITCH_BUG', message, hints: [], exit: EXIT.bug, log}), exit: EXIT.bug}
  const stack = error instanceof Error ? (error.stack ?? message) : message
  return {
    stderr: `${styleText('red', 'Bug in stitch', {stream: process.stderr})}: ${stack}\n Code: STITCH_BUG\n${log ? ` Log: ${log}\n` : ''}`,
    exit: EXIT.bug,
  }
}

/** What was thrown first, where closing what was open failed as well. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error
}

function toJson(error: Record<string, unknown>): string {
  return `${JSON.stringify({error}, null, 2)}\n`
}

/** One sentence, the code, the place in a file, what to try. */
function toText(error: StitchError): string {
  const red = (text: string) => styleText('red', text, {stream: process.stderr})
  const place = error.at ? `${showPath(error.at.file)}:${error.at.line}:${error.at.column}: ` : ''
  const lines = [`${red('Error')}: ${place}${error.message}`, ` Code: ${error.code}`]
  const hints = hintsOf(error)
  if (hints.length > 0) lines.push(' Try this:', ...hints.map((hint) => `  * ${hint}`))
  return `${lines.join('\n')}\n`
}

/** Its own, or the way to look at the place that is meant. */
function hintsOf({hints, at}: StitchError): readonly string[] {
  return hints.length === 0 && at ? [`sed -n ${at.line}p '${showPath(at.file)}'`] : hints
}

type OclifError = {
  readonly code: string | undefined
  readonly message: string
  readonly exit: number
  /** Flags of the command that was parsed. */
  readonly flags: readonly string[]
}

/** oclif marks its own errors with `oclif.exit`; its parser's are wrong usage. */
function readOclif(error: unknown): OclifError | undefined {
  const marked = error as
    | {oclif?: {exit?: number}; code?: string; message?: string; parse?: {input?: {flags?: object}}}
    | undefined
  if (typeof marked?.oclif?.exit !== 'number') return undefined
  return {
    code: marked.code,
    message: marked.message ?? '',
    exit: marked.oclif.exit,
    flags: Object.keys(marked.parse?.input?.flags ?? {}),
  }
}

function usageError({message, flags}: OclifError): StitchError {
  const [head = '', ...rest] = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help'))
  const {sentence, hints} = completeSentence(head, rest)
  const [, typed] = /^Nonexistent flags?: --([\w-]+)/.exec(sentence) ?? []
  const nearest = typed === undefined ? undefined : suggestNearest(typed, flags)
  const [, command] = /^command (.+) not found/.exec(sentence) ?? []
  const other = command === undefined ? undefined : suggestNearest(command.replaceAll(':', ' '), readCommandNames())
  const meant = other === undefined ? nearest && `--${nearest}` : `stitch ${other}`
  const first = meant === undefined ? [] : [`did you mean ${meant}`]
  return new StitchError(sentence, {code: 'STITCH_USAGE', exit: 'usage', hints: [...first, ...hints, 'stitch --help']})
}

/** What oclif says in a heading and a list, as one sentence and what else there is to say. */
function completeSentence(head: string, list: readonly string[]): {sentence: string; hints: readonly string[]} {
  const [first = '', ...others] = list
  if (/^The following errors? occurred:$/.test(head)) return {sentence: first, hints: others}
  const [, flag] = /^Parsing (--[\w-]+)$/.exec(head) ?? []
  if (flag !== undefined && first !== '') return {sentence: `${flag}: ${first}`, hints: others}
  if (!/^Missing \d+ required args?:$/.test(head)) return {sentence: head, hints: list}
  // Behind the arguments it may explain flags that nobody typed.
  const end = list.findIndex((line) => line.startsWith('Note:'))
  const args = end === -1 ? list : list.slice(0, end)
  const names = args.map((line) => line.split(' ', 1)[0]).join(', ')
  return {sentence: `${head} ${names}`, hints: args}
}

/** The commands there are, as a person types them; none where the manifest cannot be read. */
function readCommandNames(): string[] {
  try {
    const {commands} = JSON.parse(readFileSync(packageFiles.manifest, 'utf8')) as {commands: object}
    return Object.keys(commands).map((id) => id.replaceAll(':', ' '))
  } catch {
    return []
  }
}

function endOfFlags(argv: readonly string[]): number {
  const end = argv.indexOf('--')
  return end === -1 ? argv.length : end
}

/** Best effort: the stack in `.stitch/logs/`, for a report; undefined where nothing can be written. */
function writeCrashLog(error: unknown, argv: readonly string[]): string | undefined {
  try {
    const folder = join(process.cwd(), '.stitch', 'logs')
    makeFolder(folder)
    const file = join(folder, `crash-${new Date().toISOString().replaceAll(':', '-')}.log`)
    const stack = error instanceof Error ? error.stack : String(error)
    writeFileSync(
      file,
      `stitch ${argv.join(' ')}\nnode ${process.version} ${process.platform}-${process.arch}\n\n${stack}\n`,
    )
    return showPath(file)
  } catch {
    return undefined
  }
}
