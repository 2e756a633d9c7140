import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {showTransfer} from './engine-counts.ts'
import {writeStdout} from './output.ts'
import {withEngineOptions, type EngineDataParsed} from './with-engine.ts'
import {openOutputFile} from './output-file.ts'

/** The name of an export where only a folder is given. */
const EXPORT_NAME = 'stitch-engine.ndjson'

/** `stitch engine export`: into a file, which is there when it is whole, or to stdout. */
export async function runEngineExport({
  parsed,
  path,
  json,
}: {
  readonly parsed: EngineDataParsed
  readonly path: string
  readonly json: boolean
}): Promise<unknown> {
  if (path === '-' && json) {
    throw new StitchError('The export and the JSON of --json cannot both go to stdout, so nothing was exported.', {
      code: 'STITCH_USAGE',
      exit: 'usage',
      hints: ['stitch engine export FILE --json'],
    })
  }
  const {exportProjectEngine} = await import('#runtime/session/engine-transfer.ts')
  const at = new Date().toISOString()
  return await withEngineOptions(parsed, async (options) => {
    if (path === '-') {
      const report = await exportProjectEngine({...options, write: writeStdout, at})
      process.stderr.write(showTransfer(report, `exported from ${report.target}`))
      return report
    }
    const file = await fileOf(path)
    await using target = await openOutputFile(file, {live: false})
    const report = await exportProjectEngine({...options, write: target.write, at})
    await target.finish()
    if (!json) await writeStdout(showTransfer(report, `exported from ${report.target} to ${file}`))
    return {...report, file}
  })
}

/** The file that is meant by a path that may be a folder. */
export async function fileOf(path: string): Promise<string> {
  const isFolder = path.endsWith('/') || (await stat(path).catch(() => undefined))?.isDirectory()
  return isFolder ? join(path, EXPORT_NAME) : path
}
