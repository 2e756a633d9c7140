import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class Init extends BaseCommand {
  static override summary = 'Make a project: configuration, fixtures, a scenario and CI.'

  static override description = `Writes a small project that passes stitch simulate --async as it is, into this folder or another one. Finds out by itself what it can (git, its host, package.json, gcloud's project and region), and asks for the rest where there is a terminal. No file is overwritten: where one is in the way, nothing is written.

${exitCodes('ok', 'usage', 'environment', 'interrupted')}`

  static override examples = [
    {description: 'In this folder', command: '<%= config.bin %> init'},
    {
      description: 'In a new folder, with an example of your own logic',
      command: '<%= config.bin %> init my-project --with-handlers',
    },
    {
      description: 'In a script',
      command: '<%= config.bin %> init --yes --project my-project --sgtm-url https://sgtm.example.com',
    },
  ]

  static override args = {
    folder: Args.string({description: 'Folder of the project; made where it is missing. Default: this folder.'}),
  }

  static override flags = {
    project: Flags.string({
      summary: 'Google Cloud project id.',
      description: "Default: gcloud's, else it is asked for.",
      helpGroup: 'INIT',
      helpValue: 'ID',
      env: 'STITCH_PROJECT',
    }),
    region: Flags.string({
      summary: 'Region of the functions.',
      description: "Default: gcloud's, else us-central1.",
      helpGroup: 'INIT',
      helpValue: 'REGION',
      env: 'STITCH_REGION',
    }),
    'sgtm-url': Flags.string({
      summary: 'Address of the server container.',
      helpGroup: 'INIT',
      helpValue: 'URL',
    }),
    'with-handlers': Flags.boolean({
      summary: 'Add an example of your own logic, stitch.handlers.ts.',
      helpGroup: 'INIT',
    }),
    yes: Flags.boolean({summary: 'Ask nothing.', char: 'y', helpGroup: 'INIT', env: 'STITCH_YES'}),
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Init)
    const {runInit} = await import('#cli/run-init.ts')
    return await runInit({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
