import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '#cli/base-command.ts'
import {targetFlags} from '#cli/deploy-flags.ts'
import {exitCodes} from '#cli/exit-codes.ts'

export default class ContainerExport extends BaseCommand {
  static override summary = 'Make the file that brings the container into Tag Manager.'

  static override description = `Writes what Tag Manager's "Import container" takes: the project's clients, tags, triggers and templates, with a variable for each attribute that servers may see. --web makes a web container that asks for attributes and pushes them to the data layer; --snippet makes the same for pages without tag management. No secret is in any of them, and the same configuration gives the same bytes.

${exitCodes('ok', 'usage', 'environment', 'config', 'deploy', 'interrupted')}`

  static override examples = [
    {
      description: 'The server container of what is deployed',
      command: '<%= config.bin %> container export --deployed --project my-project --out server.json',
    },
    {
      description: 'The web container, with the id in a cookie',
      command: '<%= config.bin %> container export --web --id-cookie shop_visitor --sgtm-url https://sgtm.example.com',
    },
    {
      description: 'A snippet that asks once the visitor has agreed',
      command: '<%= config.bin %> container export --snippet --consent callback --sgtm-url https://sgtm.example.com',
    },
  ]

  static override flags = {
    out: Flags.file({summary: 'Write to FILE instead of stdout.', helpGroup: 'OUTPUT', helpValue: 'FILE'}),
    web: Flags.boolean({summary: 'Make a web container.', default: false, helpGroup: 'PART', exclusive: ['snippet']}),
    snippet: Flags.boolean({summary: 'Make a snippet of HTML for any page.', default: false, helpGroup: 'PART'}),
    'lookup-url': Flags.string({
      summary: 'Address of the lookup function.',
      helpGroup: 'SERVER',
      helpValue: 'URL',
      exclusive: ['deployed'],
    }),
    deployed: Flags.boolean({
      summary: 'Ask Google Cloud for the address of the lookup function.',
      default: false,
      helpGroup: 'SERVER',
    }),
    'key-id': Flags.string({
      summary: 'Id of the key that signs, in the file SGTM_CREDENTIALS.',
      description: 'k1 is what a deployment makes.',
      default: 'k1',
      helpGroup: 'SERVER',
      helpValue: 'ID',
    }),
    'sgtm-url': Flags.string({
      summary: 'Address of the server container.',
      description: 'Default: deploy.sgtmUrl of the configuration.',
      helpGroup: 'BROWSER',
      helpValue: 'URL',
    }),
    consent: Flags.string({
      summary: 'Consent that must be given before anything is asked.',
      description: 'A consent type, callback to wait for stitch.consent(true), or none.',
      default: 'analytics_storage',
      helpGroup: 'BROWSER',
      helpValue: 'TYPE',
    }),
    'id-cookie': Flags.string({
      summary: 'First-party cookie that holds the id, for a web container.',
      description: 'Default: the data layer holds stitchRequest.',
      helpGroup: 'BROWSER',
      helpValue: 'NAME',
    }),
    ...targetFlags,
  }

  async run(): Promise<unknown> {
    const parsed = await this.parse(ContainerExport)
    const {runContainerExport} = await import('#cli/run-container-export.ts')
    return await runContainerExport({parsed, json: this.jsonEnabled()})
  }
}
