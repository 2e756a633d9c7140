import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Logs extends BaseCommand {
  static override summary = "Read the deployed functions' log, by request if wanted."

  static override description = `Shows what both functions wrote to Cloud Logging, oldest first: every hop with its time, counts and status, and what the platform says about starts and crashes. Only known fields are shown; ids, attributes, bodies and addresses are not.

${exitCodes('ok', 'usage', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {description: 'The last hour', command: '<%= config.bin %> logs'},
    {
      description: 'All hops of one request, by the requestId of its answer',
      command: '<%= config.bin %> logs --request 3f2a91c0-b7de-44c1-a0f5-8a1f0c7f3d1f',
    },
    {description: 'As they come, only trouble', command: '<%= config.bin %> logs --follow --severity warning'},
  ]

  static override flags = {
    follow: Flags.boolean({summary: 'Show new lines as they come, until Ctrl-C.', char: 'f', helpGroup: 'LOG'}),
    request: Flags.string({
      summary: 'Only this request: its request id or trace id.',
      helpGroup: 'LOG',
      helpValue: 'ID',
    }),
    since: Flags.string({
      summary: 'From when on: 90s, 30m, 1h, 2d or a time.',
      description: 'Default: 1h, and 1m with --follow.',
      helpGroup: 'LOG',
      helpValue: 'TIME',
    }),
    severity: Flags.string({
      summary: 'This severity and worse.',
      options: ['debug', 'info', 'notice', 'warning', 'error', 'critical'],
      helpGroup: 'LOG',
    }),
    limit: Flags.integer({
      summary: 'The newest N lines.',
      min: 1,
      max: 100_000,
      default: 1000,
      helpGroup: 'LOG',
      helpValue: 'N',
    }),
    ...targetFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Logs)
    const {runLogs} = await import('#cli/run-logs.ts')
    return await runLogs({parsed, json: this.jsonEnabled()})
  }
}
