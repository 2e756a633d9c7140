import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {containerFlags, engineFlags, outputFlags, sgtmFlags} from '#cli/flags.ts'

export default class Exec extends BaseCommand {
  static override summary = 'Run a command with the whole path running around it.'

  static override description = `Starts the same stages as dev, runs the command with FIRESTORE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST, GOOGLE_CLOUD_PROJECT, STITCH_SGTM_URL and STITCH_LOOKUP_URL set, closes everything, and ends with the command's exit code.

${exitCodes('usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'Your own tests against the emulated path', command: '<%= config.bin %> exec -- npm test'},
    {
      description: 'Against an exported container',
      command: '<%= config.bin %> exec --container GTM-ABC123_v7.json -- npm test',
    },
  ]

  static override usage = 'exec [FLAGS] -- COMMAND [ARG...]'

  static override strict = false

  static override flags = {
    ...containerFlags,
    ...engineFlags,
    ...sgtmFlags,
    events: outputFlags.events,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Exec)
    const {runExec} = await import('#cli/run-exec.ts')
    return await runExec({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
