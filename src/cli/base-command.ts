// Its parts and not its index, here and in all commands: loading the index takes a tenth of `stitch --help`.
import {Command} from '@oclif/core/command'
import * as Flags from '@oclif/core/flags'
import {presentError} from './present-error.ts'
import {watchStdout} from './stdout-trouble.ts'

watchStdout()

/**
 * What every command has: `--json` prints exactly one document, errors become sentences with exit codes, and commands
 * stay thin: parse, load one function, return its result.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  static override baseFlags = {
    config: Flags.file({
      summary: 'Configuration file.',
      description: 'Default: stitch.config.json in this folder, else the demo that comes with stitch.',
      helpGroup: 'GLOBAL',
      helpValue: 'FILE',
      env: 'STITCH_CONFIG_FILE',
    }),
    'data-dir': Flags.directory({
      summary: 'Folder for documents, locks and logs.',
      description: 'Default: .stitch beside the configuration.',
      helpGroup: 'GLOBAL',
      helpValue: 'DIR',
      env: 'STITCH_DATA_DIR',
    }),
    verbose: Flags.boolean({summary: 'Show diagnostics on stderr.', helpGroup: 'GLOBAL', env: 'STITCH_VERBOSE'}),
  }

  protected override async catch(error: Error): Promise<void> {
    if (!this.jsonEnabled()) throw error
    const shown = presentError(error, {argv: ['--json']})
    if (shown.stdout) process.stdout.write(shown.stdout)
    process.exitCode = shown.exit
  }
}
