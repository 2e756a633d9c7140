import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {RunningEngine} from '#runtime/session/engine-daemon.ts'
import {startDetached} from './detached-engine.ts'
import {startDiagnostics} from './diagnostics.ts'
import {exportLines} from './engine-lines.ts'
import {narrateWarnings} from './narrate.ts'
import {writeStdout} from './output.ts'
import {writeReadyFile} from './ready-file.ts'
import {resolveProject, type Parsed} from './project.ts'
import {listenForInterrupts} from './signals.ts'

type StartParsed = Parsed & {
  readonly flags: {
    readonly detach: boolean
    readonly 'ready-file'?: string | undefined
    readonly verbose?: boolean
  }
}

/** `stitch engine start`: in the foreground until Ctrl-C, which is exit 0; or detached, and then until `stop`. */
export async function runEngineStart({
  parsed,
  json,
}: {
  readonly parsed: StartParsed
  readonly json: boolean
}): Promise<RunningEngine> {
  const {flags} = parsed
  const config = await resolveProject(parsed)
  using interrupts = listenForInterrupts()
  if (flags.detach) {
    const running = await startDetached(config.dataDir, interrupts.signal)
    if (!json) await writeStdout(exportLines(running.env))
    return running
  }
  const {keepEngine} = await import('#runtime/session/engine-daemon.ts')
  const bus = createBus(systemClock)
  using _narration = narrateWarnings(bus)
  using _diagnostics = startDiagnostics({
    bus,
    dataDir: config.dataDir,
    command: 'engine',
    verbose: flags.verbose ?? false,
  })
  const log = (level: 'debug' | 'info' | 'warn' | 'error', text: string) =>
    bus.emit({type: 'log.line', source: 'engine', level, text})
  const ready = flags['ready-file']
  let running: RunningEngine | undefined
  await using readyFile = new AsyncDisposableStack()
  try {
    return await keepEngine({config, log, signal: interrupts.signal}, async (engine) => {
      running = engine
      if (ready !== undefined) readyFile.use(await writeReadyFile(ready, {pid: engine.pid, env: engine.env}))
      if (json) return
      await writeStdout(exportLines(engine.env))
      process.stderr.write(
        `The ${engine.name} engine answers and keeps its data in ${engine.dataDir}. Ctrl-C stops it.\n`,
      )
    })
  } catch (error) {
    const isWanted = error instanceof StitchError && error.exit === 'interrupted'
    if (running && isWanted) return running
    throw error
  }
}
