import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {stageName} from '../names.ts'
import type {StagePlan} from '../settings.ts'

/** The names of everything a stage consists of. */
export type Parts = {
  readonly accounts: {readonly lookup: string; readonly worker: string; readonly push: string}
  readonly secrets: {readonly hmacKeys: string; readonly pepper: string}
  readonly functions: {readonly lookup: string; readonly worker: string}
  readonly database: string
  readonly topic: string
  readonly deadLetterTopic: string
  readonly subscription: string
  /** Pull subscription that holds dead letters, which would be lost without one. */
  readonly deadLetters: string
  readonly emailOf: (accountId: string) => string
}

/** Names are the same for the same configuration and stage, and no two stages share one. */
export function nameParts(config: ResolvedConfig, {target, settings}: StagePlan): Parts {
  const {stage, project} = target
  const name = (base: string): string => stageName(base, stage)
  return {
    accounts: {lookup: name('stitch-lookup'), worker: name('stitch-worker'), push: name('stitch-push')},
    secrets: {hmacKeys: name('stitch-hmac-keys'), pepper: name('stitch-pepper')},
    functions: {lookup: name('stitch-lookup'), worker: name('stitch-worker')},
    database: settings.firestore.database ?? (stage === undefined ? '(default)' : `stitch-${stage}`),
    topic: name(config.topic),
    deadLetterTopic: name(config.subscription.deadLetterTopic),
    subscription: name(config.subscription.name),
    deadLetters: name(`${config.subscription.deadLetterTopic}-hold`),
    emailOf: (accountId) => `${accountId}@${project}.iam.gserviceaccount.com`,
  }
}
