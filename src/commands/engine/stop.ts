import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class EngineStop extends BaseCommand {
  static override summary = 'Stop what engine start started in this data folder.'

  static override description = `Ends that process and returns when it is gone. A stitch dev in the same folder is left alone, and so is a process that merely has the same number. Where nothing runs nothing is done.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [{description: 'The engine of this folder', command: '<%= config.bin %> engine stop'}]

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineStop)
    const {runEngineStop} = await import('#cli/run-engine-stop.ts')
    return await runEngineStop({parsed, json: this.jsonEnabled()})
  }
}
