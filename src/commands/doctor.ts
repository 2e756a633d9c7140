import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags, pageFlags, sgtmFlags} from '#cli/flags.ts'

export default class Doctor extends BaseCommand {
  static override summary = 'Check whether this machine is ready.'

  static override description = `Silent when all is well. Otherwise one line and a hint per problem, on stderr, and exit code 3. Asks nobody and changes nothing.

${exitCodes('ok', 'environment')}`

  static override examples = [
    {description: 'What simulate needs', command: '<%= config.bin %> doctor'},
    {description: "What Google's emulators need as well", command: '<%= config.bin %> doctor --engine gcloud'},
    {description: 'Everything, deployment included', command: '<%= config.bin %> doctor --all'},
  ]

  static override flags = {
    all: Flags.boolean({summary: 'Check everything: other engines, deployment and credentials too.'}),
    ...engineFlags,
    ...sgtmFlags,
    ...pageFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Doctor)
    const {runDoctorCommand} = await import('#cli/run-doctor.ts')
    return await runDoctorCommand({parsed, json: this.jsonEnabled()})
  }
}
