import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {engineFlags} from '#cli/flags.ts'

export default class EngineStart extends BaseCommand {
  static override summary = 'Run Firestore and Pub/Sub for other programs.'

  static override description = `Starts the engine of this data folder and prints, when both services answer, the variables by which Google's clients find it. Stays in the foreground until Ctrl-C; with --detach it returns when the engine is ready, which then runs until stitch engine stop. Documents and messages of the embedded engine are there again at the next start, also after kill -9.

For scripts: --ready-file FILE is written when both services answer, and removed at the end.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {description: 'Until Ctrl-C', command: '<%= config.bin %> engine start'},
    {
      description: 'In the background, with its variables in this shell',
      command: 'eval "$(<%= config.bin %> engine start --detach)"',
    },
    {
      description: "Google's emulators instead, on any free ports",
      command: '<%= config.bin %> engine start --engine gcloud --firestore-port 0 --pubsub-port 0',
    },
  ]

  static override flags = {
    detach: Flags.boolean({
      summary: 'Return when the engine is ready; it runs on until stitch engine stop.',
      char: 'd',
      helpGroup: 'RUN',
    }),
    'ready-file': Flags.file({
      summary: 'Write process id and variables to FILE (JSON) when ready; removed at the end.',
      helpGroup: 'RUN',
      helpValue: 'FILE',
      env: 'STITCH_READY_FILE',
    }),
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(EngineStart)
    const {runEngineStart} = await import('#cli/run-engine-start.ts')
    return await runEngineStart({parsed, json: this.jsonEnabled()})
  }
}
