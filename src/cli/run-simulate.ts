import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {startDiagnostics} from './diagnostics.ts'
import {packageFiles} from './package-files.ts'
import {describeConfig, printConfig} from './print-config.ts'
import {resolveProject, type Parsed} from './project.ts'
import {writeStdout} from './output.ts'
import {parseReportSpecs} from './report-spec.ts'
import {runWatched} from './run-watched.ts'
import {listenForInterrupts} from './signals.ts'

/** What a command hands over: its parsed arguments, whether `--json` was given, and stitch's version. */
export type CommandContext<P> = {readonly parsed: P; readonly json: boolean; readonly version: string}

type SimulateParsed = Parsed & {
  readonly args: {readonly scenario?: string | undefined}
  readonly flags: {
    readonly async: boolean
    readonly only?: string[] | undefined
    readonly repeat: number
    readonly watch: boolean
    readonly events?: string | undefined
    readonly report?: string[] | undefined
    readonly ui: boolean
    readonly verbose?: boolean
    readonly 'print-config': boolean
  }
}

/** `stitch simulate`: resolves, runs with its reporters, and sets the exit code of the verdict. */
export async function runSimulate({parsed, json, version}: CommandContext<SimulateParsed>): Promise<unknown> {
  const {flags, args} = parsed
  const reports = parseReportSpecs(flags.report ?? [])
  const config = await resolveProject(parsed)
  if (flags['print-config']) {
    if (!json) await writeStdout(printConfig(config))
    return describeConfig(config)
  }
  using interrupts = listenForInterrupts()
  const {simulate} = await import('#runtime/session/simulate.ts')
  const bus = createBus(systemClock)
  using _diagnostics = startDiagnostics({
    bus,
    dataDir: config.dataDir,
    command: 'simulate',
    verbose: flags.verbose ?? false,
  })
  const {exit, summary} = await runWatched(
    {
      bus,
      reports,
      events: flags.events,
      json,
      ui: flags.ui,
      mode: flags.watch ? 'dev' : 'run',
      actions: {quit: interrupts.interrupt},
    },
    async () =>
      await simulate({
        config,
        selection: {scenario: args.scenario, only: flags.only ?? [], async: flags.async},
        repeat: flags.repeat,
        watch: flags.watch,
        files: packageFiles,
        version,
        bus,
        clock: systemClock,
        signal: interrupts.signal,
      }),
  )
  process.exitCode = exit
  return summary
}
