import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class TemplateCheck extends BaseCommand {
  static override summary = 'Look for mistakes in server templates without running them.'

  static override description = `Finds permissions that are missing, unused or wider than the code needs; calls that the declared ones deny; fields of the form that nobody reads, and reads of fields that do not exist; dead code; paths on which a client claims a request and never answers; methods that Tag Manager does not document; and whatever keeps a file from being a template. Each finding has its rule, its place, a sentence and a hint.

Warnings do not fail, unless --strict is given.

${exitCodes('ok', 'failed', 'usage')}`

  static override examples = [
    {description: 'One template', command: '<%= config.bin %> template check template.tpl'},
    {
      description: 'All templates of a folder, as annotations of a pull request',
      command: '<%= config.bin %> template check templates --strict --report github',
    },
  ]

  static override args = {
    path: Args.string({description: 'Template, folder of templates, or unpacked template; as many as you like.'}),
  }

  static override strict = false

  static override flags = {
    strict: Flags.boolean({summary: 'Let warnings fail, too.', default: false}),
    report: Flags.string({
      summary: 'Write a report: text, json, ndjson, junit or github, to FILE or stdout. Can be passed multiple times.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FORMAT[=FILE]',
    }),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(TemplateCheck)
    const {runTemplateCheck} = await import('#cli/run-template-check.ts')
    return await runTemplateCheck({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
