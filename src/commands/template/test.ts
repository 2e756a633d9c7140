import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class TemplateTest extends BaseCommand {
  static override summary = "Run server templates' own tests."

  static override description = `Runs the TESTS section of .tpl files, of all such files in folders, and of folders that template unpack wrote, confined and with the permissions that each template declares. APIs that a test does not mock are live; requests are never sent. Failures name file, line and column, with a comparison of what was expected and what was seen. Templates for web containers and templates without tests are named and not run.

Callbacks and promises are waited for, and what fails in them counts. With --gtm-compat it does not, as in Tag Manager's own runner, and promises that are settled call back at once.

${exitCodes('ok', 'failed', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'One template', command: '<%= config.bin %> template test template.tpl'},
    {
      description: 'All templates of a folder, again after every change',
      command: '<%= config.bin %> template test fixtures/container --watch',
    },
    {
      description: 'In CI: a JUnit file, and lines for a coverage service',
      command: '<%= config.bin %> template test . --report junit=tests.xml --lcov coverage.info',
    },
  ]

  static override args = {
    path: Args.string({description: 'Template, folder of templates, or unpacked template; as many as you like.'}),
  }

  static override strict = false

  static override flags = {
    only: Flags.string({
      summary: 'Only tests whose name contains TEXT. Can be passed multiple times.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TEXT',
    }),
    'gtm-compat': Flags.boolean({summary: 'Ignore what fails late, as Tag Manager does.', default: false}),
    coverage: Flags.boolean({summary: "Show which lines of the templates' code ran.", default: false}),
    lcov: Flags.file({summary: 'Write coverage to FILE, in the format of lcov.', helpValue: 'FILE'}),
    report: Flags.string({
      summary: 'Write a report: text, json, ndjson, junit or github, to FILE or stdout. Can be passed multiple times.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FORMAT[=FILE]',
    }),
    watch: Flags.boolean({summary: 'Run again whenever a template changes.', default: false}),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(TemplateTest)
    const {runTemplateTest} = await import('#cli/run-template-test.ts')
    return await runTemplateTest({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
