import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class TemplateUnpack extends BaseCommand {
  static override summary = 'Make a folder of a .tpl file.'

  static override description = `Writes code, fields, permissions, tests, notes and terms as files of their own, for an editor and for version control. What the file has beside the usual (a byte order mark, CRLF, odd spacing, quoted tests) is kept in layout.json, so that template pack gives the identical bytes.

${exitCodes('ok', 'usage', 'config')}`

  static override examples = [
    {description: 'Writes the folder my-tag', command: '<%= config.bin %> template unpack my-tag.tpl'},
    {
      description: "A template from the gallery's repositories",
      command: '<%= config.bin %> template unpack template.tpl src',
    },
  ]

  static override args = {
    file: Args.string({description: 'Template.', required: true}),
    folder: Args.string({description: 'Where the files are written. Default: the file without .tpl at its end.'}),
  }

  static override flags = {
    force: Flags.boolean({
      summary: 'Replace the template in a folder that is not empty; other files there stay.',
      default: false,
    }),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplateUnpack)
    const {runTemplateUnpack} = await import('#cli/run-template-pack.ts')
    return await runTemplateUnpack({from: args.file, to: args.folder, force: flags.force, json: this.jsonEnabled()})
  }
}
