import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Cost extends BaseCommand {
  static override summary = 'Price a month of requests before it is spent.'

  static override description = `Multiplies the operations that the last simulation counted (reads, writes, messages, log lines) by a month's requests and a dated list of Google's public prices, and takes the free tier off. Memory, CPU, concurrency and instances are those of the configuration. Needs no network and no account.

${exitCodes('ok', 'usage', 'config')}`

  static override examples = [
    {description: 'A million requests a month', command: '<%= config.bin %> cost'},
    {
      description: 'Ten million, a fifth of them asynchronous',
      command: '<%= config.bin %> cost --requests 10000000 --async-share 0.2',
    },
    {
      description: 'Of another stage and region',
      command: '<%= config.bin %> cost --stage staging --region europe-west1',
    },
  ]

  static override flags = {
    requests: Flags.integer({
      summary: "Requests to the container's /stitch in a month.",
      min: 0,
      max: 1_000_000_000_000,
      default: 1_000_000,
      helpGroup: 'WORKLOAD',
      helpValue: 'N',
    }),
    'async-share': Flags.string({
      summary: 'Share of them that goes through Pub/Sub, 0 to 1.',
      default: '0',
      helpGroup: 'WORKLOAD',
      helpValue: 'SHARE',
    }),
    'reads-per-request': Flags.string({
      summary: 'Documents read per request.',
      description: 'Default: as the last simulation counted, else 1.',
      helpGroup: 'WORKLOAD',
      helpValue: 'N',
    }),
    'pickups-per-async': Flags.string({
      summary: 'How often the result of an asynchronous request is fetched.',
      default: '1',
      helpGroup: 'WORKLOAD',
      helpValue: 'N',
    }),
    'lookup-ms': Flags.integer({
      summary: 'Milliseconds that lookup takes for a request.',
      description: 'Billed in steps of 100 ms. stitch logs shows how long it takes once it is deployed.',
      min: 1,
      max: 60_000,
      default: 100,
      helpGroup: 'WORKLOAD',
      helpValue: 'MS',
    }),
    'worker-ms': Flags.integer({
      summary: 'Milliseconds that worker takes for a message, callback included.',
      min: 1,
      max: 600_000,
      default: 300,
      helpGroup: 'WORKLOAD',
      helpValue: 'MS',
    }),
    'stored-gib': Flags.string({
      summary: 'GiB kept in Firestore.',
      default: '1',
      helpGroup: 'WORKLOAD',
      helpValue: 'GIB',
    }),
    deploys: Flags.integer({
      summary: 'Deployments in a month.',
      min: 0,
      max: 10_000,
      default: 4,
      helpGroup: 'WORKLOAD',
      helpValue: 'N',
    }),
    egress: Flags.boolean({
      summary: "Price the data sent to the container; --no-egress where it runs in the functions' region.",
      allowNo: true,
      default: true,
      helpGroup: 'WORKLOAD',
    }),
    ...targetFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Cost)
    const {runCost} = await import('#cli/run-cost.ts')
    return await runCost({parsed, json: this.jsonEnabled()})
  }
}
