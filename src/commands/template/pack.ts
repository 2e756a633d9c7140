import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class TemplatePack extends BaseCommand {
  static override summary = 'Make a .tpl file of a folder.'

  static override description = `The folder is one that template unpack wrote, or one like it: info.json, fields.json, template.js, permissions.json, tests/scenarios.json with a .js file per test, tests/setup.js, notes.txt and terms.txt. A folder that was not changed since it was unpacked gives the identical bytes.

${exitCodes('ok', 'usage', 'config')}`

  static override examples = [
    {description: 'Writes my-tag.tpl', command: '<%= config.bin %> template pack my-tag'},
    {
      description: 'To another place, over what is there',
      command: '<%= config.bin %> template pack src template.tpl --force',
    },
  ]

  static override args = {
    folder: Args.string({description: 'Unpacked template.', required: true}),
    file: Args.string({description: 'Where the template is written. Default: the folder with .tpl at its end.'}),
  }

  static override flags = {
    force: Flags.boolean({summary: 'Write over a file that is there.', default: false}),
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(TemplatePack)
    const {runTemplatePack} = await import('#cli/run-template-pack.ts')
    return await runTemplatePack({from: args.folder, to: args.file, force: flags.force, json: this.jsonEnabled()})
  }
}
