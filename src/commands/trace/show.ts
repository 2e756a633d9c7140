import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class TraceShow extends BaseCommand {
  static override summary = 'Draw a recorded event log.'

  static override description = `Reads an NDJSON log written with --events and draws its requests as waterfalls, with checks and verdict, exactly as the run drew them. Of requests that --only chooses it also shows what the server container did: who claimed, which triggers held, which tags fired with which variables.

${exitCodes('ok', 'config')}`

  static override examples = [
    {description: 'A whole run', command: '<%= config.bin %> trace show stitch.ndjson'},
    {
      description: 'Only requests whose step or trace id contains TEXT',
      command: '<%= config.bin %> trace show stitch.ndjson --only product',
    },
  ]

  static override args = {file: Args.file({description: 'Event log (NDJSON).', required: true})}

  static override flags = {
    only: Flags.string({summary: 'Only requests whose title, step or trace id contains TEXT.', helpValue: 'TEXT'}),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(TraceShow)
    const {showTrace} = await import('#cli/run-trace-show.ts')
    return await showTrace({file: parsed.args.file, only: parsed.flags.only, json: this.jsonEnabled()})
  }
}
