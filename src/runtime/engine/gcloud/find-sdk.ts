import {dirname, join} from 'node:path'
import {findOnPath, type Machine} from './machine.ts'

/** An installed Google Cloud CLI, with the jars of the emulators as far as they are installed in it. */
export type CloudSdk = {
  readonly root: string
  readonly version: string | undefined
  readonly firestoreJar: string | undefined
  readonly pubsubJar: string | undefined
}

/** Where installers put it: Debian and Red Hat packages, the archive's own script, Homebrew, snap, Google's images. */
const USUAL_ROOTS = [
  '/usr/lib/google-cloud-sdk',
  '/usr/lib64/google-cloud-sdk',
  '~/google-cloud-sdk',
  '/usr/share/google-cloud-sdk',
  '/usr/local/google-cloud-sdk',
  '/opt/google-cloud-sdk',
  '/google-cloud-sdk',
  '/opt/homebrew/share/google-cloud-sdk',
  '/usr/local/share/google-cloud-sdk',
  '/snap/google-cloud-cli/current',
  '/snap/google-cloud-sdk/current',
]

/**
 * The Google Cloud CLI of this machine: CLOUDSDK_ROOT_DIR, then the `gcloud` on PATH with its links resolved, then the
 * usual places. An installation that has both emulators is preferred to one that comes first without them. The CLI
 * itself is asked only when nothing else leads to it: it takes a second to answer.
 */
export async function findCloudSdk(machine: Machine): Promise<CloudSdk | undefined> {
  const onPath = await findOnPath('gcloud', machine)
  const candidates = [
    machine.environment['CLOUDSDK_ROOT_DIR'],
    onPath && dirname(dirname(onPath)),
    ...USUAL_ROOTS.map((root) => root.replace(/^~/, machine.home)),
  ]
  let best: CloudSdk | undefined
  for (const candidate of candidates) {
    const sdk = candidate ? await readCloudSdk(candidate, machine) : undefined
    if (sdk?.firestoreJar && sdk.pubsubJar) return sdk
    best ??= sdk
  }
  if (best || !onPath) return best
  const answer = await machine.run(onPath, ['info', '--format=value(installation.sdk_root)'])
  return answer?.trim() ? await readCloudSdk(answer.trim(), machine) : undefined
}

/** Jar names carry versions in some releases (`cloud-pubsub-emulator-0.8.20-all.jar`), so they are looked up. */
async function readCloudSdk(root: string, machine: Machine): Promise<CloudSdk | undefined> {
  if ((await machine.resolve(join(root, 'bin', 'gcloud'))) === undefined) return undefined
  const jarIn = async (folder: string, name: RegExp): Promise<string | undefined> => {
    const jar = (await machine.list(join(root, folder))).find((file) => name.test(file))
    return jar && join(root, folder, jar)
  }
  return {
    root,
    version: (await machine.read(join(root, 'VERSION')))?.trim(),
    firestoreJar: await jarIn('platform/cloud-firestore-emulator', /^cloud-firestore-emulator.*\.jar$/),
    pubsubJar: await jarIn('platform/pubsub-emulator/lib', /^cloud-pubsub-emulator.*\.jar$/),
  }
}
