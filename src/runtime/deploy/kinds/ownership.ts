import {ADOPTED_LABEL, isOwned, ownershipLabels, ownershipText} from '../names.ts'
import type {Labels} from '../specs.ts'
import type {CompareContext, Comparison} from '../types.ts'
import {changed} from './differences.ts'

/** Whose a resource is that was found: `reasons` is what taking it over changes, empty where it is ours already. */
type Standing =
  | {readonly foreign: Extract<Comparison, {readonly verdict: 'foreign'}>}
  | {readonly foreign?: never; readonly reasons: readonly string[]}

/** Follows the mark in the description of what was adopted and takes no labels. */
const ADOPTED_TEXT = 'It was there before.'
const TAKEN_OVER = 'is taken over'

/** Whose a labelled resource is, and which of the wanted labels it lacks. */
export function judgeLabels(
  {id, labels: wanted}: {readonly id: string; readonly labels: Labels},
  live: Labels | undefined,
  context: CompareContext,
): Standing {
  if (!isOwned(live, context.stage))
    return judgeStranger(id, live?.['managed-by'] === 'stitch' ? live : undefined, context)
  const differing = Object.entries(wanted).filter(([key, value]) => live?.[key] !== value)
  return {reasons: differing.map(([key, value]) => changed(`label ${key}`, live?.[key], value))}
}

/** Whose a resource is that bears its mark in a description. */
export function judgeText(id: string, text: string | undefined, context: CompareContext): Standing {
  if (text?.includes(ownershipText(context.stage))) return {reasons: []}
  const stage = /Managed by stitch, stage (\S+)\./.exec(text ?? '')?.[1]
  return judgeStranger(id, stage === undefined ? undefined : {'stitch-stage': stage}, context)
}

function judgeStranger(id: string, stitch: Labels | undefined, {adopt}: CompareContext): Standing {
  if (stitch) {
    const reason = `it belongs to the stage ${stitch['stitch-stage'] ?? 'default'} of stitch`
    return {foreign: {verdict: 'foreign', reason, adopt: false}}
  }
  if (adopt.includes(id)) return {reasons: [TAKEN_OVER]}
  return {foreign: {verdict: 'foreign', reason: 'it is there already and was not made by stitch', adopt: true}}
}

/** The labels to write: those of others stay, and what is not ours yet is marked as adopted. */
export function labelsToWrite(wanted: Labels, live: Labels | undefined, stage: string | undefined): Labels {
  const adopted = live !== undefined && !isOwned(live, stage)
  return {...live, ...wanted, ...(adopted ? {[ADOPTED_LABEL]: 'true'} : {})}
}

/** `true` where every wanted label is there already. */
export function hasLabels(live: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => live?.[key] === value)
}

/** The description to write, in the same way; `wanted` has the mark. */
export function textToWrite(wanted: string, live: string | undefined, stage: string | undefined): string {
  if (live === undefined) return wanted
  const mark = ownershipText(stage)
  if (live.includes(mark)) return isAdoptedText(live) ? live : wanted
  return [live, mark, ADOPTED_TEXT].filter((part) => part !== '').join(' ')
}

/**
 * What a removal does: `delete` what a deploy has made, `release` what was adopted, `keep` what does not bear this
 * stage's mark.
 */
type Farewell = 'delete' | 'release' | 'keep'

export function partByLabels(labels: Labels | undefined, stage: string | undefined): Farewell {
  if (!isOwned(labels, stage)) return 'keep'
  return labels?.[ADOPTED_LABEL] === 'true' ? 'release' : 'delete'
}

export function partByText(text: string | undefined, stage: string | undefined): Farewell {
  if (!text?.includes(ownershipText(stage))) return 'keep'
  return isAdoptedText(text) ? 'release' : 'delete'
}

export function isAdoptedText(text: string | undefined): boolean {
  return text?.includes(ADOPTED_TEXT) ?? false
}

/** What is left when our labels are taken off; `more` names further ones of ours. */
export function releasedLabels(labels: Labels | undefined, ...more: readonly string[]): Labels {
  const ours = new Set([...Object.keys(ownershipLabels(undefined)), ADOPTED_LABEL, ...more])
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !ours.has(key)))
}

export function releasedText(text: string, stage: string | undefined): string {
  return text.replace(ownershipText(stage), '').replace(ADOPTED_TEXT, '').replaceAll(/\s+/g, ' ').trim()
}
