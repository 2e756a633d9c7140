import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {databaseFlag} from '#cli/engine-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags} from '#cli/flags.ts'

export default class EngineReset extends BaseCommand {
  static override summary = 'Delete all documents and messages of the local engine.'

  static override description = `Empties the engine that runs in this data folder, or what the embedded engine keeps there while none runs. Listeners see ordinary deletes. Topics and subscriptions stay and have no messages any more; with --topics they go as well.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'Between two tests', command: '<%= config.bin %> engine reset'},
    {description: 'As if it had never run', command: '<%= config.bin %> engine reset --topics'},
  ]

  static override flags = {
    topics: Flags.boolean({
      summary: 'Remove topics, subscriptions, snapshots and schemas too.',
      helpGroup: 'RUN',
    }),
    ...databaseFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineReset)
    const {runEngineReset} = await import('#cli/run-engine-reset.ts')
    return await runEngineReset({parsed, json: this.jsonEnabled()})
  }
}
