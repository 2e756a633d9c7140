import {stopEngine} from '#runtime/session/engine-daemon.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {writeStdout} from './output.ts'
import type {Parsed} from './project.ts'
import {withDataDir} from './with-engine.ts'

/** `stitch engine stop`: ends what `engine start` started in this data folder; that there is nothing is no error. */
export async function runEngineStop({
  parsed,
  json,
}: {
  readonly parsed: Parsed
  readonly json: boolean
}): Promise<unknown> {
  const {dataDir, answer: stopped} = await withDataDir(parsed, stopEngine)
  if (!json) {
    const place = showPath(dataDir)
    await writeStdout(
      stopped
        ? `The engine in ${place} (process ${stopped.pid}) was stopped. What it kept is there at the next start.\n`
        : `No engine runs in ${place}.\n`,
    )
  }
  return {stopped: stopped !== undefined, dataDir, ...(stopped ? {pid: stopped.pid} : {})}
}
