import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {databaseFlag} from '#cli/engine-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags} from '#cli/flags.ts'

export default class EngineImport extends BaseCommand {
  static override summary = 'Read an export into the local engine.'

  static override description = `Writes documents over those of the same names, makes the topics and subscriptions that are missing, and gives each subscription the messages that it had. What could not be carried over is named. With --reset nothing else stays.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'Beside what is there', command: '<%= config.bin %> engine import backup.ndjson'},
    {description: 'Nothing but the export', command: '<%= config.bin %> engine import backup.ndjson --reset'},
  ]

  static override args = {
    path: Args.string({description: 'File, or folder with stitch-engine.ndjson; - is stdin.', required: true}),
  }

  static override flags = {
    reset: Flags.boolean({
      summary: 'Empty the engine first, of topics and subscriptions too.',
      helpGroup: 'RUN',
    }),
    ...databaseFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineImport)
    const {runEngineImport} = await import('#cli/run-engine-import.ts')
    return await runEngineImport({parsed, path: parsed.args.path, json: this.jsonEnabled()})
  }
}
