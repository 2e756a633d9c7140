import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Status extends BaseCommand {
  static override summary = 'Show the live state of a stage.'

  static override description = `Reads what is deployed: functions with URL, revision and bundle, who may call them, secret versions in use, the subscription and what waits in it, dead letters, the newest release on this machine, and what a deploy would change. Writes nothing. What this account may not read is named and left out.

${exitCodes('ok', 'usage', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'The default stage', command: '<%= config.bin %> status --project my-project'},
    {
      description: 'Of another stage, without planning a deploy',
      command: '<%= config.bin %> status --stage staging --no-drift',
    },
  ]

  static override flags = {
    drift: Flags.boolean({
      summary: 'Find out what a deploy would change.',
      allowNo: true,
      default: true,
      helpGroup: 'RUN',
    }),
    ...targetFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Status)
    const {runStatus} = await import('#cli/run-status.ts')
    return await runStatus({parsed, json: this.jsonEnabled()})
  }
}
