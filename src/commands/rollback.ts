import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags, viaFlag, yesFlag} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Rollback extends BaseCommand {
  static override summary = 'Put the functions back to an earlier release.'

  static override description = `Every deployment keeps its archive in the data folder. A rollback deploys a kept archive again, with the variables, settings and secret versions of that release, and touches nothing else: neither documents nor secrets go back.

${exitCodes('ok', 'usage', 'environment', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'To the release before the current one', command: '<%= config.bin %> rollback --project my-project'},
    {description: 'Which releases are kept', command: '<%= config.bin %> rollback --project my-project --list'},
    {
      description: 'To a certain release, without a question',
      command: '<%= config.bin %> rollback 20261124T101500Z-ab12cd34 --project my-project --yes',
    },
  ]

  static override args = {
    release: Args.string({
      description: 'Id of a kept release, or its beginning. Default: the release before the current one.',
    }),
  }

  static override flags = {
    ...targetFlags,
    list: Flags.boolean({summary: 'List the kept releases, and change nothing.', helpGroup: 'RUN'}),
    plan: Flags.boolean({summary: 'Show the plan, and change nothing.', helpGroup: 'RUN'}),
    ...yesFlag,
    ...viaFlag,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Rollback)
    const {runRollback} = await import('#cli/run-rollback.ts')
    return await runRollback({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
