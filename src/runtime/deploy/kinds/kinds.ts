import type {Spec, SpecType} from '../specs.ts'
import type {ApplyContext, CompareContext, Comparison, Kind, ReadContext} from '../types.ts'
import {alertPolicyKind} from './alert-policy.ts'
import {databaseKind} from './database.ts'
import {fieldKind} from './field.ts'
import {functionKind} from './function/kind.ts'
import {grantKind} from './grant/kind.ts'
import {imagePolicyKind} from './image-policy.ts'
import {logMetricKind} from './log-metric.ts'
import {secretKind} from './secret.ts'
import {serviceAccountKind} from './service-account.ts'
import {serviceKind} from './service.ts'
import {subscriptionKind} from './subscription.ts'
import {topicKind} from './topic.ts'

/** How each type of resource is read, compared, made and taken away. */
const KINDS = {
  service: serviceKind,
  'service-account': serviceAccountKind,
  database: databaseKind,
  field: fieldKind,
  secret: secretKind,
  topic: topicKind,
  subscription: subscriptionKind,
  function: functionKind,
  grant: grantKind,
  'image-policy': imagePolicyKind,
  'log-metric': logMetricKind,
  'alert-policy': alertPolicyKind,
} satisfies {readonly [T in SpecType]: {readonly type: T}}

/** The one place where a spec meets the kind of its type, and a live state the kind that has read it. */
function kindOf(spec: Spec): Kind<Spec, unknown> {
  return KINDS[spec.type] as unknown as Kind<Spec, unknown>
}

/** What is there of a resource, in its kind's form; undefined where it is not there. */
export async function readSpec(spec: Spec, context: ReadContext): Promise<unknown> {
  return await kindOf(spec).read(spec, context)
}

/** What is wanted against what `readSpec` has found; pure. */
export function compareSpec(spec: Spec, live: unknown, context: CompareContext): Comparison {
  return kindOf(spec).compare(spec, live, context)
}

/** Makes one create or update. */
export async function applySpec(spec: Spec, live: unknown, context: ApplyContext): Promise<void> {
  await kindOf(spec).apply(spec, live, context)
}

/** Takes a resource away, or gives back what was adopted; nothing for what is never taken away, or is not ours. */
export async function removeSpec(spec: Spec, live: unknown, context: ApplyContext): Promise<void> {
  await kindOf(spec).remove?.(spec, live, context)
}
