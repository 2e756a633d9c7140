import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import {startDiagnostics} from './diagnostics.ts'
import {packageFiles} from './package-files.ts'
import {describeConfig, printConfig} from './print-config.ts'
import {resolveProject, type Parsed} from './project.ts'
import {writeStdout} from './output.ts'
import {writeReadyFile} from './ready-file.ts'
import {parseReportSpecs} from './report-spec.ts'
import {createDevKeys} from './dev-keys.ts'
import type {CommandContext} from './run-simulate.ts'
import {runWatched} from './run-watched.ts'
import {listenForInterrupts} from './signals.ts'

type DevParsed = Parsed & {
  readonly flags: {
    readonly 'ready-file'?: string | undefined
    readonly events?: string | undefined
    readonly report?: string[] | undefined
    readonly ui: boolean
    readonly verbose?: boolean
    readonly 'print-config': boolean
  }
}

/** `stitch dev`: keeps everything running until Ctrl-C, which is the way it is meant to end and so exit 0. */
export async function runDev({parsed, json, version}: CommandContext<DevParsed>): Promise<unknown> {
  const {flags} = parsed
  const reports = parseReportSpecs(flags.report ?? [])
  const config = await resolveProject(parsed)
  if (flags['print-config']) {
    if (!json) await writeStdout(printConfig(config))
    return describeConfig(config)
  }
  using interrupts = listenForInterrupts()
  const {keepRunning, environmentOf} = await import('#runtime/session/dev.ts')
  const bus = createBus(systemClock)
  using _diagnostics = startDiagnostics({bus, dataDir: config.dataDir, command: 'dev', verbose: flags.verbose ?? false})
  const keys = createDevKeys(bus)
  const ready = flags['ready-file']
  const {summary} = await runWatched(
    {
      bus,
      reports,
      events: flags.events,
      json,
      ui: flags.ui,
      mode: 'dev',
      actions: {quit: interrupts.interrupt, ...keys.actions},
    },
    async () => {
      await using readyFile = new AsyncDisposableStack()
      try {
        return await keepRunning(
          {
            config,
            command: 'dev',
            files: packageFiles,
            page: packageFiles,
            version,
            bus,
            clock: systemClock,
            signal: interrupts.signal,
          },
          async (session, pageUrl) => {
            keys.attach(session)
            const env = {...environmentOf(session), ...(pageUrl ? {STITCH_PAGE_URL: pageUrl} : {})}
            if (ready) readyFile.use(await writeReadyFile(ready, {pid: process.pid, env}))
          },
        )
      } catch (error) {
        if (error instanceof StitchError && error.exit === 'interrupted') return EXIT.ok
        throw error
      }
    },
  )
  return summary
}
