import {writeStdout} from './output.ts'
import {openOutputFile} from './output-file.ts'

/** Writes finished reports, to stdout where a spec names no file; none of them is left half-written. */
export async function writeReports<S extends {readonly file: string | undefined}>(
  specs: readonly S[],
  render: (spec: S) => Promise<string>,
): Promise<void> {
  for (const spec of specs) {
    const text = await render(spec)
    if (spec.file === undefined) {
      await writeStdout(text)
      continue
    }
    await using target = await openOutputFile(spec.file, {live: false})
    await target.write(text)
    await target.finish()
  }
}
