import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags, viaFlag, yesFlag} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Deploy extends BaseCommand {
  static override summary = 'Deploy what was simulated to Google Cloud.'

  static override description = `Compares what the configuration wants with what is in the project, shows the plan, asks, and carries it out: APIs, service accounts, Firestore, secrets, topics, the two functions and the push subscription, with no more rights than they need. It refuses a bundle or a configuration that the last simulation did not check. Interrupted or failed, deploying again goes on from there.

${exitCodes('ok', 'usage', 'environment', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'Only show what would be done', command: '<%= config.bin %> deploy --project my-project --plan'},
    {description: 'Deploy, after a question', command: '<%= config.bin %> deploy --project my-project'},
    {
      description: 'In CI: a stage of its own, one JSON document',
      command: '<%= config.bin %> deploy --project my-project --stage staging --yes --json',
    },
    {
      description: 'Take over a topic that is there already',
      command: '<%= config.bin %> deploy --project my-project --adopt topic/stitch-requests',
    },
  ]

  static override flags = {
    ...targetFlags,
    plan: Flags.boolean({summary: 'Show the plan, and change nothing.', helpGroup: 'RUN'}),
    ...yesFlag,
    'detailed-exitcode': Flags.boolean({
      summary: 'End with 2 where there are or were changes, and with 0 where there is nothing to do.',
      helpGroup: 'RUN',
    }),
    ...viaFlag,
    adopt: Flags.string({
      summary: 'Take over the resource ID of somebody else, as topic/stitch-requests. Can be passed multiple times.',
      multiple: true,
      helpGroup: 'RUN',
      helpValue: 'ID',
    }),
    'force-unverified': Flags.boolean({
      summary: 'Deploy what was not simulated. The release record says so.',
      helpGroup: 'RUN',
    }),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Deploy)
    const {runDeploy} = await import('#cli/run-deploy.ts')
    return await runDeploy({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
