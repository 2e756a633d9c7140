import * as Args from '@oclif/core/args'
import {BaseCommand} from '#cli/base-command.ts'
import {databaseFlag} from '#cli/engine-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags} from '#cli/flags.ts'

export default class EngineExport extends BaseCommand {
  static override summary = 'Write all documents, topics and messages to a file.'

  static override description = `Reads the engine that runs in this data folder (or any other, with --engine external) over its API, and writes one line per document, schema, topic, subscription and unacknowledged message. Nobody's messages are taken or counted as delivered. docs/engine-data.md describes the format.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'Into a file', command: '<%= config.bin %> engine export backup.ndjson'},
    {
      description: "From Google's emulators into the embedded engine",
      command:
        '<%= config.bin %> engine export - --engine external | <%= config.bin %> engine import - --engine embedded',
    },
  ]

  static override args = {
    path: Args.string({description: 'File, or folder for stitch-engine.ndjson; - is stdout.', required: true}),
  }

  static override flags = {...databaseFlag, ...engineFlags}

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineExport)
    const {runEngineExport} = await import('#cli/run-engine-export.ts')
    return await runEngineExport({parsed, path: parsed.args.path, json: this.jsonEnabled()})
  }
}
