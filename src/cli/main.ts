import {flush} from '@oclif/core/flush'
import {run} from '@oclif/core/run'
import {settings} from '@oclif/core/settings'
import type {LoadOptions} from '@oclif/core/interfaces'
import {presentError} from './present-error.ts'

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
  try {
    await run(process.argv.slice(2), entry)
  } catch (error) {
    const shown = presentError(error, {argv: process.argv.slice(2)})
    if (shown.stdout) process.stdout.write(shown.stdout)
    if (shown.stderr) process.stderr.write(shown.stderr)
    process.exitCode = shown.exit
  }
  await flush()
  await drained(process.stderr)
  // Nothing that a finished command left open (a keep-alive socket, a client's timer) may hold the prompt back.
  process.exit()
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
