import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags} from '#cli/flags.ts'

export default class Seed extends BaseCommand {
  static override summary = 'Load fixtures into Firestore and read them back.'

  static override description = `Reads JSON, NDJSON and CSV files, writes what differs from Firestore through Google's own client, and compares what it reads back. Seeding twice changes nothing. A local engine is filled at full speed; a real project gets production's ramp and must be named and confirmed.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: "The project's fixtures", command: '<%= config.bin %> seed'},
    {
      description: 'One folder, and nothing else may stay in its collections',
      command: '<%= config.bin %> seed fixtures/visitors --reset',
    },
    {
      description: '10,000 generated visitors, the same on every machine',
      command: '<%= config.bin %> seed --generate 10000 --seed 7',
    },
    {description: 'A real project', command: '<%= config.bin %> seed --project my-project --yes'},
  ]

  static override strict = false

  static override args = {
    path: Args.string({description: "Files or folders. Default: the project's fixtures."}),
  }

  static override flags = {
    generate: Flags.integer({
      summary: 'Generate N records instead of reading files.',
      min: 1,
      max: 10_000_000,
      helpGroup: 'SEED',
      helpValue: 'N',
    }),
    seed: Flags.integer({summary: 'Seed of the generator.', default: 1, helpGroup: 'SEED', helpValue: 'S'}),
    kind: Flags.string({
      summary: 'Only this kind. Can be passed multiple times.',
      multiple: true,
      helpGroup: 'SEED',
      helpValue: 'KIND',
    }),
    reset: Flags.boolean({summary: 'Delete what the seeded collections hold besides the fixtures.', helpGroup: 'SEED'}),
    'dry-run': Flags.boolean({summary: 'Say what would be written, and write nothing.', helpGroup: 'SEED'}),
    stage: Flags.string({
      summary: 'Deployment of the real project whose database is filled.',
      helpGroup: 'SEED',
      helpValue: 'NAME',
      env: 'STITCH_STAGE',
    }),
    yes: Flags.boolean({summary: 'Confirm that a real project is written to.', char: 'y', helpGroup: 'SEED'}),
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Seed)
    const {runSeed} = await import('#cli/run-seed.ts')
    return await runSeed({parsed, json: this.jsonEnabled()})
  }
}
