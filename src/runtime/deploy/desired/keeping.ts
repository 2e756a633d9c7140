import type {DeploySettings} from '#runtime/config/deploy-schema.ts'
import {ownershipLabels, ownershipText, stageName} from '../names.ts'
import type {ImagePolicySpec, Spec} from '../specs.ts'
import type {Target} from '../types.ts'
import type {Parts} from './parts.ts'

/** The repository that Cloud Functions makes for its images, one per region. */
const REPOSITORY = 'gcf-artifacts'

/** Old images go, but enough stay for going back; other functions' images in the same repository are not touched. */
export function imagePolicySpec({images}: DeploySettings, target: Target, {functions}: Parts): ImagePolicySpec {
  const encode = (text: string): string => text.replaceAll('-', '--')
  return {
    type: 'image-policy',
    id: `image-policy/${REPOSITORY}`,
    repository: REPOSITORY,
    prefix: stageName('stitch', target.stage),
    // Package names as Cloud Functions makes them: `my--project__us--central1__stitch--lookup`.
    packages: [functions.lookup, functions.worker].map((name) =>
      [target.project, target.region, name].map(encode).join('__'),
    ),
    keep: images.keep,
    deleteAfterDays: images.deleteAfterDays,
    why: 'old images are deleted, and enough are kept to go back',
  }
}

/** Optional: a metric that counts failures in the functions' log, and an alert on held dead letters. */
export function alertSpecs({alerts}: DeploySettings, target: Target, {functions, deadLetters}: Parts): readonly Spec[] {
  if (!alerts.enabled) return []
  const metricId = stageName('stitch-errors', target.stage)
  const displayName = stageName('stitch-dead-letters', target.stage)
  const services = [functions.lookup, functions.worker].map((name) => `"${name}"`).join(' OR ')
  return [
    {
      type: 'log-metric',
      id: `log-metric/${metricId}`,
      metricId,
      description: `Errors in the log of the stitch functions. ${ownershipText(target.stage)}`,
      filter: `resource.type="cloud_run_revision" AND resource.labels.service_name=(${services}) AND severity>=ERROR`,
      why: 'errors of both functions are counted',
    },
    {
      type: 'alert-policy',
      id: `alert-policy/${displayName}`,
      displayName,
      labels: ownershipLabels(target.stage),
      filter: `resource.type = "pubsub_subscription" AND resource.labels.subscription_id = "${deadLetters}" AND metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages"`,
      documentation: 'Requests that worker could not fulfil wait in the dead-letter subscription.',
      channels: alerts.channels,
      why: 'somebody is told when a request became a dead letter',
    },
  ]
}
