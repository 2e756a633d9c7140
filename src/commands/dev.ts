import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {exitCodes} from '#cli/exit-codes.ts'
import {containerFlags, engineFlags, outputFlags, pageFlags, sgtmFlags} from '#cli/flags.ts'

export default class Dev extends BaseCommand {
  static override summary = 'Keep the whole path running for your own requests.'

  static override description = `Starts the same stages as simulate and keeps them running: send requests with a browser, curl or a web container and watch every hop. Handlers, templates and fixtures are reloaded when they change; no message is lost. A small shop is served as a page that asks like one of yours: log in there and see what reaches the browser.

For scripts: --ready-file FILE is written when requests are answered, and GET /healthy answers ok.

${exitCodes('ok', 'usage', 'environment', 'config', 'interrupted')}`

  static override examples = [
    {
      description: 'Start, then try: curl "http://127.0.0.1:8888/stitch?id=R210319-143855-123"',
      command: '<%= config.bin %> dev',
    },
    {
      description: 'With a container that was exported from GTM',
      command: '<%= config.bin %> dev --container GTM-ABC123_v7.json',
    },
    {description: 'In a script', command: '<%= config.bin %> dev --no-ui --ready-file .stitch/ready.json'},
  ]

  static override flags = {
    'ready-file': Flags.file({
      summary: 'Write URLs and variables to FILE (JSON) when ready; removed at the end.',
      helpGroup: 'RUN',
      helpValue: 'FILE',
      env: 'STITCH_READY_FILE',
    }),
    ...containerFlags,
    ...engineFlags,
    ...sgtmFlags,
    ...pageFlags,
    ...outputFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(Dev)
    const {runDev} = await import('#cli/run-dev.ts')
    return await runDev({parsed, json: this.jsonEnabled(), version: this.config.version})
  }
}
