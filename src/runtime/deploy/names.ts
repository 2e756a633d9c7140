import type {Labels} from './specs.ts'

/** The labels by which a stage's resources are known as ours; there is no state file. */
export function ownershipLabels(stage: string | undefined): Labels {
  return {'managed-by': 'stitch', 'stitch-stage': stage ?? 'default'}
}

/** Set on what was there before and was adopted: a destroy gives it back instead of deleting it. */
export const ADOPTED_LABEL = 'stitch-adopted'

/** `true` where the labels say that a resource belongs to this stage. */
export function isOwned(labels: Labels | undefined, stage: string | undefined): boolean {
  return Object.entries(ownershipLabels(stage)).every(([key, value]) => labels?.[key] === value)
}

/** The mark of ownership in a description, for what takes no labels. */
export function ownershipText(stage: string | undefined): string {
  return `Managed by stitch, stage ${stage ?? 'default'}.`
}

/** A name of the unnamed stage, or with the stage behind it. */
export function stageName(name: string, stage: string | undefined): string {
  return stage === undefined ? name : `${name}-${stage}`
}
