import * as Args from '@oclif/core/args'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class ContainerCheck extends BaseCommand {
  static override summary = 'Say what of an exported container runs here.'

  static override description = `Reads an export of a server container (format 2), or a container.json, compiles its templates without running them, and lists what runs as in Tag Manager, what is approximated and how, and what is missing and why. Nothing is started and nothing is sent.

${exitCodes('ok', 'failed', 'usage', 'config')}`

  static override examples = [
    {
      description: 'Before simulate or dev with --container',
      command: '<%= config.bin %> container check GTM-ABC123_v7.json',
    },
    {description: 'In CI', command: '<%= config.bin %> container check server.json --json'},
  ]

  static override args = {file: Args.file({description: 'Export of a server container (JSON).', required: true})}

  async run(): Promise<unknown> {
    const parsed = await this.parse(ContainerCheck)
    const {runContainerCheck} = await import('#cli/run-container-check.ts')
    return await runContainerCheck({file: parsed.args.file, json: this.jsonEnabled()})
  }
}
