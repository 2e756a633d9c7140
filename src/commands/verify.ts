import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Verify extends BaseCommand {
  static override summary = 'Compare what is deployed with the simulation, hop by hop.'

  static override description = `Fires the requests of the last simulation at the deployed lookup function, signed with its own key, reads the hops that the functions wrote to Cloud Logging, and compares answers, hops, their order and the number of reads with what the simulation recorded. Times stand side by side and are not compared. With --url the requests go to a server container as browsers send them, without any Google account, and answers are compared.

Tags fire: with --url and with --async the container runs as for any visitor, with the fixtures' attributes.

Variables: STITCH_HMAC_KEYS signs with these keys instead of those in Secret Manager; STITCH_IDENTITY_TOKEN is sent where IAM protects the function.

${exitCodes('ok', 'failed', 'usage', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'The deployed functions', command: '<%= config.bin %> verify --project my-project --async'},
    {description: 'One scenario of a stage', command: '<%= config.bin %> verify --stage staging --scenario products'},
    {description: 'The server container', command: '<%= config.bin %> verify --url https://sgtm.example.com'},
  ]

  static override flags = {
    url: Flags.string({
      summary: "A server container's address; its answers are compared.",
      description: 'https, or http on this machine.',
      helpGroup: 'RUN',
      helpValue: 'URL',
    }),
    scenario: Flags.string({summary: 'Only this scenario.', helpGroup: 'RUN', helpValue: 'ID'}),
    async: Flags.boolean({summary: 'Also the path through Pub/Sub.', helpGroup: 'RUN', env: 'STITCH_ASYNC'}),
    wait: Flags.integer({
      summary: 'Seconds to wait for log lines.',
      min: 0,
      max: 3600,
      default: 60,
      helpGroup: 'RUN',
      helpValue: 'S',
    }),
    events: Flags.file({
      summary: 'Write the event log (NDJSON) to FILE; stitch trace show draws it.',
      helpGroup: 'OUTPUT',
      helpValue: 'FILE',
    }),
    ...targetFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Verify)
    const {runVerify} = await import('#cli/run-verify.ts')
    return await runVerify({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
