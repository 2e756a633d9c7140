import {readFile} from 'node:fs/promises'
import {z} from 'zod'
import {StitchError} from '#runtime/kernel/errors.ts'
import {LOG_VERSION, RunEvent} from '#runtime/kernel/events.ts'

/** A recorded run. */
export type RecordedLog = {
  readonly events: readonly RunEvent[]
  /** Lines of event types that this version does not know, written by a newer one. */
  readonly skipped: number
  /** Whether the last line was cut off, as by a kill in the middle of a write. */
  readonly truncated: boolean
}

const KNOWN: ReadonlySet<string> = new Set(RunEvent.options.map((option) => option.shape.type.value))
const Opened = z.object({type: z.literal('log.opened'), version: z.int()})
const Typed = z.object({type: z.string()})

function logInvalid(file: string, line: number, column: number, what: string): StitchError {
  return new StitchError(`${file}:${line} ${what}, so the log was not read.`, {
    code: 'STITCH_LOG_INVALID',
    exit: 'config',
    at: {file, line, column},
    hints: [`sed -n ${line}p '${file}'`],
  })
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/**
 * Reads a log from its text (NDJSON). Fields that are not known are dropped: newer versions add some.
 * @param file for messages only.
 * @throws StitchError STITCH_LOG_INVALID with the line, for a missing head or a line that is no event.
 */
export function parseLog(text: string, file: string): RecordedLog {
  const lines = text.split('\n')
  const head = Opened.safeParse(parseLine(lines[0] ?? ''))
  if (!head.success) throw logInvalid(file, 1, 1, 'does not begin with a log.opened event')
  const newer = head.data.version > LOG_VERSION
  const cut = text.endsWith('\n') ? -1 : lines.length - 1
  const events: RunEvent[] = []
  let skipped = 0
  let truncated = false

  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const value = parseLine(line)
    if (value === undefined && index === cut) {
      truncated = true
      continue
    }
    const typed = Typed.safeParse(value)
    if (!typed.success) throw logInvalid(file, index + 1, 1, 'is not an event in JSON')
    if (!KNOWN.has(typed.data.type)) {
      if (!newer) throw logInvalid(file, index + 1, 1, `has the unknown event type ${typed.data.type}`)
      skipped++
      continue
    }
    const event = RunEvent.safeParse(value)
    if (!event.success)
      throw logInvalid(file, index + 1, 1, `is not a valid ${typed.data.type}: ${firstIssue(event.error)}`)
    events.push(event.data)
  }
  return {events, skipped, truncated}
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  return issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : error.message
}

/**
 * Reads a recorded log, as `--events FILE` writes it.
 * @throws StitchError STITCH_LOG_UNREADABLE (usage) where the file cannot be opened, else as `parseLog`.
 */
export async function readLog(file: string): Promise<RecordedLog> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const {code} = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new StitchError(`${file} ${why}, so no log was read.`, {
      code: 'STITCH_LOG_UNREADABLE',
      exit: 'usage',
      hints: ['stitch simulate --async --events run.ndjson', 'stitch trace show run.ndjson'],
      cause,
    })
  }
  return parseLog(text, file)
}
