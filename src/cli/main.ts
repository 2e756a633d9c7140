import {run} from '@oclif/core/run'
import {settings} from '@oclif/core/settings'
import type {LoadOptions} from '@oclif/core/interfaces'
import {presentError, type ShownError} from './present-error.ts'
import {stdoutTrouble} from './stdout-trouble.ts'

/**
 * Runs the command line and ends the process with its exit code.
 * @param entry `import.meta.url` of the file in bin/, from which the package is found, or oclif's own options
 */
export async function runCli(entry: LoadOptions): Promise<void> {
  // `stitch … 2>&1 | head` closes the pipe early; what is running must still be closed in order.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  // With NODE_ENV=test or development oclif would look for sources to transpile, and warn that there are none.
  settings.enableAutoTranspile = false
  const argv = process.argv.slice(2)
  try {
    await run(argv, entry)
  } catch (error) {
    show(presentError(error, {argv}))
  }
  await drained(process.stdout)
  // An exit code of its own says more than that nobody could read of it.
  const trouble = stdoutTrouble()
  if (trouble && !process.exitCode) show(presentError(trouble, {argv: []}))
  await drained(process.stderr)
  // Nothing that a finished command left open (a keep-alive socket, a client's timer) may hold the prompt back.
  process.exit()
}

function show({stdout, stderr, exit}: ShownError): void {
  if (stdout) process.stdout.write(stdout)
  if (stderr) process.stderr.write(stderr)
  process.exitCode = exit
}

/** Also where the stream takes no more: then the callback is told so. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
