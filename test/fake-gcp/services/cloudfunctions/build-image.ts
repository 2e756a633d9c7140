import {createHash} from 'node:crypto'
import {strFromU8, unzipSync} from 'fflate'
import {errorInfo, serviceDisabled} from '../../errors.ts'
import {policyKey, storedPolicy} from '../../policies.ts'
import {FakeError, type Cloud, type Json} from '../../service.ts'
import {sourceBytes} from '../storage/objects.ts'

const BUILDERS = new Set(['roles/cloudbuild.builds.builder', 'roles/editor', 'roles/owner'])
/** Not part of a snapshot: how many there are depends on how often somebody built. */
export const IMAGES = '.artifactregistry.versions'

/** Throws 403 SERVICE_DISABLED where an API is missing that a deployment goes through. */
export function checkServices(cloud: Cloud): void {
  for (const service of ['cloudbuild.googleapis.com', 'artifactregistry.googleapis.com', 'run.googleapis.com']) {
    if (!cloud.project.services.has(service)) throw serviceDisabled(service, cloud.project.number)
  }
}

/** The image of an uploaded source. Throws what makes a build fail. */
export function buildImage(cloud: Cloud, row: Json): string {
  checkBuilder(cloud, row.buildConfig.serviceAccount.split('/').at(-1))
  const bytes = sourceBytes(cloud, row.buildConfig.source?.storageSource)
  checkSource(bytes)
  const [, project = '', , region = '', , id = ''] = row.name.split('/')
  // Each hyphen of a part is doubled, so that two underscores part them.
  const imageName = [project, region, id].map((part: string) => part.replaceAll('-', '--')).join('__')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const repository = `projects/${project}/locations/${region}/repositories/gcf-artifacts`
  cloud.table(IMAGES).set(`${repository}/packages/${imageName}/versions/${digest}`, {
    name: `${repository}/packages/${imageName}/versions/${digest}`,
    createTime: cloud.time(),
    updateTime: cloud.time(),
  })
  return `${region}-docker.pkg.dev/${project}/gcf-artifacts/${imageName}@${digest}`
}

/** Since 2024 the default account of builds has no role of its own in many projects. */
function checkBuilder(cloud: Cloud, email: string): void {
  const {bindings} = storedPolicy(
    cloud,
    policyKey('cloudresourcemanager.googleapis.com', `projects/${cloud.project.id}`),
  )
  const member = `serviceAccount:${email}`
  if (bindings.some(({role, members}) => BUILDERS.has(role) && members.includes(member))) return
  throw new FakeError(
    400,
    'INVALID_ARGUMENT',
    'Build failed with status: FAILURE. Could not build the function due to a missing permission on the build service ' +
      `account ${email}. If you didn't revoke that permission explicitly, this could be caused by a change in the ` +
      'organization policies. Please refer to the following documentation for more details and resolution: ' +
      'https://cloud.google.com/functions/docs/troubleshooting#build-service-account',
    [errorInfo('BUILD_FAILED', {account: email})],
  )
}

function checkSource(bytes: Uint8Array): void {
  try {
    const files = unzipSync(bytes)
    const description = files['package.json']
    if (!description) throw new Error('package.json is missing')
    const {main = 'index.js'} = JSON.parse(strFromU8(description)) as {main?: string}
    if (!files[main]) throw new Error(`function.js does not exist; package.json names ${main}`)
  } catch (error) {
    throw new FakeError(
      400,
      'INVALID_ARGUMENT',
      `Build failed with status: FAILURE and message: ${(error as Error).message}.`,
    )
  }
}
