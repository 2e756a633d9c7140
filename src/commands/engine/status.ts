import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class EngineStatus extends BaseCommand {
  static override summary = 'Show the engine that runs in this data folder.'

  static override description = `Says who keeps it, whether both services answer, and the variables by which clients find it. The output is fit for eval.

${exitCodes('ok', 'failed', 'usage', 'config', 'interrupted')}`

  static override examples = [
    {description: 'For a person', command: '<%= config.bin %> engine status'},
    {
      description: 'Start one where there is none',
      command: '<%= config.bin %> engine status || <%= config.bin %> engine start --detach',
    },
    {description: 'For a program', command: '<%= config.bin %> engine status --json'},
  ]

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineStatus)
    const {runEngineStatus} = await import('#cli/run-engine-status.ts')
    return await runEngineStatus({parsed, json: this.jsonEnabled()})
  }
}
