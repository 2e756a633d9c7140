import {resolve} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'

export const REPORT_FORMATS = ['text', 'json', 'ndjson', 'junit', 'html', 'github'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** One `--report`: a format, and the file it goes to; no file means stdout. */
export type ReportSpec = {readonly format: ReportFormat; readonly file: string | undefined}

/**
 * Reads `--report FORMAT[=FILE]`, as often as given. Throws STITCH_USAGE for an unknown format, for one file named
 * twice, and for more than one report on stdout.
 */
export function parseReportSpecs(texts: readonly string[]): ReportSpec[] {
  const specs = texts.map(parseOne)
  const files = specs.flatMap(({file}) => file ?? [])
  const places = files.map((file) => resolve(file))
  const twice = files.find((_, index) => places.indexOf(places[index]!) !== index)
  if (twice) throw usage(`Two reports name the file ${twice}, so none was written.`, [])
  const toStdout = specs.filter(({file}) => file === undefined)
  if (toStdout.length > 1) {
    throw usage(
      'Two reports would go to stdout, so none was written.',
      toStdout.map(({format}) => `--report ${format}=FILE`),
    )
  }
  return specs
}

function parseOne(text: string): ReportSpec {
  const [name = '', ...rest] = text.split('=')
  const format = REPORT_FORMATS.find((known) => known === name)
  if (!format) {
    const nearest = suggestNearest(name, REPORT_FORMATS)
    throw usage(`There is no report format ${JSON.stringify(name)}, so nothing was run.`, [
      ...(nearest ? [`did you mean ${nearest}`] : []),
      `--report ${REPORT_FORMATS.join('|')}[=FILE]`,
    ])
  }
  const file = rest.join('=')
  if (text.includes('=') && file === '')
    throw usage(`--report ${text} names no file, so nothing was run.`, [`--report ${format}=stitch.${format}`])
  return {format, file: file || undefined}
}

function usage(message: string, hints: readonly string[]): StitchError {
  return new StitchError(message, {code: 'STITCH_USAGE', exit: 'usage', hints})
}
