import {expect} from 'vitest'
import {deploy} from '#runtime/deploy/plan/deploy.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {DEFAULT_SERVICES, type CloudOptions} from '../fake-gcp/cloud.ts'
import type {FakeGcp} from '../fake-gcp/handle.ts'
import {deployOptions, ioFor, type Project} from './plan/stage.ts'

/** A project in which others have used the same APIs before. */
export const USED: CloudOptions = {
  services: [
    ...DEFAULT_SERVICES,
    ...[
      'artifactregistry',
      'cloudbilling',
      'cloudbuild',
      'cloudfunctions',
      'cloudresourcemanager',
      'firestore',
      'iam',
      'pubsub',
      'run',
      'secretmanager',
    ].map((api) => `${api}.googleapis.com`),
  ],
}

/** Deploys, with valid requests; what stopped it. */
export async function stopOf(project: Project, fake: FakeGcp): Promise<StitchError> {
  const outcome = await deploy(deployOptions(project, ioFor(fake).io)).catch((thrown: unknown) => thrown)
  expect(outcome).toBeInstanceOf(StitchError)
  fake.assertValid()
  return outcome as StitchError
}
