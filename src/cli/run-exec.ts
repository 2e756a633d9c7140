import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {startDiagnostics} from './diagnostics.ts'
import {narrateWarnings} from './narrate.ts'
import {packageFiles} from './package-files.ts'
import {argumentsOf, resolveProject, type Parsed} from './project.ts'
import type {CommandContext} from './run-simulate.ts'
import {startOutput} from './output.ts'
import {listenForInterrupts} from './signals.ts'

type ExecParsed = Parsed & {
  readonly flags: {readonly events?: string | undefined; readonly verbose?: boolean}
}

/** `stitch exec -- CMD`: the command inherits this terminal and its exit code becomes ours. */
export async function runExec({parsed, version}: CommandContext<ExecParsed>): Promise<unknown> {
  const [command, ...args] = argumentsOf(parsed)
  if (command === undefined) {
    throw new StitchError('No command was given, so nothing was started.', {
      code: 'STITCH_USAGE',
      exit: 'usage',
      hints: ['stitch exec -- npm test'],
    })
  }
  const config = await resolveProject(parsed)
  using interrupts = listenForInterrupts()
  const {withSession, environmentOf} = await import('#runtime/session/dev.ts')
  const bus = createBus(systemClock)
  using _narration = narrateWarnings(bus)
  using _diagnostics = startDiagnostics({
    bus,
    dataDir: config.dataDir,
    command: 'exec',
    verbose: parsed.flags.verbose ?? false,
  })
  await using output = await startOutput({bus, reports: [], events: parsed.flags.events, stdout: undefined, style: {}})
  const exit = await withSession(
    {
      config,
      command: 'exec',
      files: packageFiles,
      version,
      bus,
      clock: systemClock,
      signal: interrupts.signal,
    },
    (session) => runCommand(command, args, environmentOf(session), session.signal),
  )
  bus.close()
  await output.finish()
  process.exitCode = exit
  return {command: [command, ...args], exit}
}

/** Ends with the command's exit code; a command that a signal ended gives 128 and its number, as shells do. */
async function runCommand(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn(command, args, {stdio: 'inherit', env: {...process.env, ...env}})
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, {once: true})
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (cause) => reject(notStarted(command, cause)))
      child.on('exit', (code, name) => resolve(code ?? 128 + (name ? constants.signals[name] : 0)))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    signal.throwIfAborted()
  }
}

function notStarted(command: string, cause: Error): StitchError {
  return new StitchError(`${command} cannot be started (${cause.message}), so nothing was run.`, {
    code: 'STITCH_COMMAND_NOT_STARTED',
    exit: 'usage',
    cause,
  })
}
