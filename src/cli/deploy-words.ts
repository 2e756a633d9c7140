import type {Deployed} from '#runtime/deploy/plan/deploy.ts'
import type {Release} from '#runtime/deploy/plan/release.ts'
import type {Target} from '#runtime/deploy/types.ts'

/** The flags that name a stage again: ` --project p --stage staging`. */
export function targetArguments({project, stage}: Target): string {
  return ` --project ${project}${stage === undefined ? '' : ` --stage ${stage}`}`
}

export type Paste = {
  /** Fields of the Stitcher client by their labels. */
  readonly client: Readonly<Record<string, string>>
  /** Commands that make the file which SGTM_CREDENTIALS names; the key itself is never printed. */
  readonly credentials: string
  readonly next: readonly string[]
}

/** What is pasted into Tag Manager, and typed afterwards. */
export function pasteOf(deployed: Deployed, target: Target): Paste {
  const {lookupUrl = '', hmacSecret, hmacVersion = 'latest', keyId} = deployed
  const read = `gcloud secrets versions access ${hmacVersion} --secret=${hmacSecret} --project=${target.project}`
  return {
    client: {'Function URL': lookupUrl, 'Key id': keyId},
    credentials: `printf '{"keys":%s}' "$(${read})" > stitch-credentials.json`,
    next: [`stitch verify${targetArguments(target)}`, `stitch seed${targetArguments(target)}`],
  }
}

/** The same as text. Lines that are for pasting are never broken. */
export function showDeployed(deployed: Deployed, target: Target): string {
  const {client, credentials, next} = pasteOf(deployed, target)
  const width = Math.max(...Object.keys(client).map((label) => label.length))
  return [
    `Lookup: ${deployed.lookupUrl ?? 'not known'}`,
    ...(deployed.release === undefined ? [] : [`Release: ${deployed.release}`]),
    '',
    'In Tag Manager, in the client made from stitcher-client.tpl:',
    ...Object.entries(client).map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    '',
    'On the server container, a file with the key, named by SGTM_CREDENTIALS:',
    `  ${credentials}`,
    '',
    'Next:',
    ...next.map((command) => `  ${command}`),
    '',
  ].join('\n')
}

/** The kept releases, newest first. */
export function listText(releases: readonly Release[]): string {
  if (releases.length === 0) return 'No release is kept here.\n'
  const lines = releases.toReversed().map(({id, at, verified, rollbackOf}) => {
    const from = rollbackOf === undefined ? '' : `  back to ${rollbackOf}`
    return `${id}  ${at}${verified ? '' : '  not verified'}${from}`
  })
  return `${lines.join('\n')}\n`
}

/** Whether a stream shows colours. */
export function paints(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors() && !process.env['NO_COLOR']
}
