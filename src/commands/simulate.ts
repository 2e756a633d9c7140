import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {containerFlags, engineFlags, outputFlags, sgtmFlags} from '#cli/flags.ts'

export default class Simulate extends BaseCommand {
  static override summary = 'Send stitch requests through the whole path and check every hop.'

  static override description = `Starts the server container, the stitch functions, Firestore and Pub/Sub on this machine, seeds the fixtures if needed, sends every request of the scenarios as GET and as POST, checks the answers, and closes everything. With --async the same requests also go through Pub/Sub, and what comes back must equal the synchronous answer.

${exitCodes('ok', 'failed', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {
      description: 'Synchronous and asynchronous path, all default scenarios',
      command: '<%= config.bin %> simulate --async',
    },
    {
      description: 'One scenario, its requests sent 20 times',
      command: '<%= config.bin %> simulate visitor-returns --repeat 20',
    },
    {
      description: 'In CI: one JSON document, a JUnit file and the event log',
      command: '<%= config.bin %> simulate --async --json --report junit=stitch.xml --events stitch.ndjson',
    },
    {
      description: 'With a container that was exported from GTM',
      command: '<%= config.bin %> simulate --container GTM-ABC123_v7.json',
    },
    {description: "On Google's own emulators", command: '<%= config.bin %> simulate --async --engine gcloud'},
  ]

  static override args = {
    scenario: Args.string({
      description: 'Scenario to run: its id, or a path to a scenario file. Default: all default scenarios.',
    }),
  }

  static override flags = {
    async: Flags.boolean({
      summary: 'Also take the path through Pub/Sub.',
      default: false,
      helpGroup: 'RUN',
      env: 'STITCH_ASYNC',
    }),
    only: Flags.string({
      summary: 'Only steps whose name contains TEXT. Can be passed multiple times.',
      multiple: true,
      helpGroup: 'RUN',
      helpValue: 'TEXT',
    }),
    repeat: Flags.integer({
      summary: 'Send every request N times.',
      min: 1,
      max: 100_000,
      default: 1,
      helpGroup: 'RUN',
      helpValue: 'N',
    }),
    watch: Flags.boolean({
      summary: 'Run again whenever a fixture, template or handler changes.',
      helpGroup: 'RUN',
    }),
    ...containerFlags,
    ...engineFlags,
    ...sgtmFlags,
    ...outputFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Simulate)
    const {runSimulate} = await import('#cli/run-simulate.ts')
    return await runSimulate({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
