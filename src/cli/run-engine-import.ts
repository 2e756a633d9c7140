import {once} from 'node:events'
import {createReadStream, type ReadStream} from 'node:fs'
import {addAbortSignal, type Readable} from 'node:stream'
import {StitchError} from '#runtime/kernel/errors.ts'
import {showTransfer} from './engine-counts.ts'
import {writeStdout} from './output.ts'
import {fileOf} from './run-engine-export.ts'
import {withEngineOptions, type EngineDataParsed} from './with-engine.ts'

type ImportParsed = EngineDataParsed & {readonly flags: {readonly reset: boolean}}

/** `stitch engine import`: from a file, or from stdin. */
export async function runEngineImport({
  parsed,
  path,
  json,
}: {
  readonly parsed: ImportParsed
  readonly path: string
  readonly json: boolean
}): Promise<unknown> {
  const {importProjectEngine} = await import('#runtime/session/engine-transfer.ts')
  const file = path === '-' ? 'stdin' : await fileOf(path)
  const input = path === '-' ? process.stdin : await openExport(file)
  const report = await withEngineOptions(parsed, (options) =>
    importProjectEngine({
      ...options,
      text: textOf(input, options.signal),
      file,
      reset: parsed.flags.reset,
    }),
  )
  if (!json) await writeStdout(showTransfer(report, `imported into ${report.target} from ${file}`))
  return {...report, file}
}

/** Nothing may come for long: an interrupt ends the waiting. */
async function* textOf(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* addAbortSignal(signal, input.setEncoding('utf8')) as AsyncIterable<string>
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

async function openExport(file: string): Promise<ReadStream> {
  const stream = createReadStream(file)
  try {
    await once(stream, 'open')
    return stream
  } catch (error) {
    throw new StitchError(`The export ${file} cannot be read, so nothing was imported.`, {
      code: 'STITCH_ENGINE_DATA_UNREADABLE',
      exit: 'usage',
      hints: [`ls -l ${file}`, 'stitch engine export FILE makes one'],
      cause: error,
    })
  }
}
