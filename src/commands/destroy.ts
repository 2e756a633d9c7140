import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags, yesFlag} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Destroy extends BaseCommand {
  static override summary = 'Take a deployment out of its project.'

  static override description = `Removes what bears the mark of the stage, in reverse order of creation, and the roles and settings that a deployment has made. What was adopted is given back. Firestore documents and secrets stay unless each is asked for by name; APIs stay enabled.

${exitCodes('ok', 'usage', 'environment', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'What would go, and what stays', command: '<%= config.bin %> destroy --project my-project --plan'},
    {
      description: 'Take a stage away, after a question',
      command: '<%= config.bin %> destroy --project my-project --stage staging',
    },
    {
      description: 'With its secrets and its database',
      command:
        '<%= config.bin %> destroy --project my-project --stage staging --delete-secrets --delete-database stitch-staging',
    },
  ]

  static override flags = {
    ...targetFlags,
    plan: Flags.boolean({summary: 'Show the plan, and change nothing.', helpGroup: 'RUN'}),
    ...yesFlag,
    'delete-secrets': Flags.boolean({summary: 'Delete the secrets as well.', helpGroup: 'RUN'}),
    'delete-database': Flags.string({
      summary: 'Delete the database NAME as well, with all that is in it.',
      helpGroup: 'RUN',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Destroy)
    const {runDestroy} = await import('#cli/run-destroy.ts')
    return await runDestroy({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
