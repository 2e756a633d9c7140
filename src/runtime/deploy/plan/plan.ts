import type {Spec} from '../specs.ts'
import type {CompareContext, Target} from '../types.ts'
import {titleOf} from './titles.ts'
import type {Blocked, Change, Kept, Kinds, Live, Plan, Summary, Surplus} from './types.ts'

export type PlanInput = {
  readonly target: Target
  /** In the order in which they are made. */
  readonly desired: readonly Spec[]
  readonly live: Live
  readonly surplus: readonly Surplus[]
  readonly context: CompareContext
  readonly compareSpec: Kinds['compareSpec']
}

/** What is wanted against what is there; pure, so that the same two give the same plan. */
export function planDeploy({target, desired, live, surplus, context, compareSpec}: PlanInput): Plan {
  const changes: Change[] = []
  const blocked: Blocked[] = []
  const kept: Kept[] = []
  for (const spec of desired) {
    const found = compareSpec(spec, live.get(spec.id), context)
    const base = {id: spec.id, spec, title: titleOf(spec), why: spec.why}
    switch (found.verdict) {
      case 'same':
        changes.push({...base, symbol: '=', reasons: [], notes: found.notes ?? []})
        break
      case 'create':
        changes.push({...base, symbol: '+', reasons: [], notes: found.notes ?? []})
        break
      case 'update':
        changes.push({...base, symbol: '~', reasons: found.reasons, notes: found.notes ?? []})
        break
      default:
        blocked.push(blockOf(spec, found))
    }
  }
  // Made last is removed first: what uses something goes before it.
  for (const one of surplus.toReversed()) {
    const {spec} = one
    if (isLasting(spec)) {
      kept.push({id: spec.id, title: titleOf(spec), reason: 'no longer part of this stage; its contents are kept'})
      continue
    }
    changes.push({
      symbol: '-',
      id: spec.id,
      spec,
      title: titleOf(spec),
      why: 'no longer part of this stage',
      reasons: [],
      notes: [],
      surplus: one,
    })
  }
  return {target, changes, blocked, kept, summary: summarise(changes)}
}

/** Why a resource stands in the way. */
export function blockOf(
  spec: Spec,
  found:
    | {readonly verdict: 'foreign'; readonly reason: string; readonly adopt: boolean}
    | {
        readonly verdict: 'impossible'
        readonly code: `STITCH_${string}`
        readonly reason: string
        readonly hints: readonly string[]
      },
): Blocked {
  const base = {id: spec.id, title: titleOf(spec), reason: found.reason}
  if (found.verdict === 'impossible') return {...base, code: found.code, hints: found.hints}
  return {
    ...base,
    code: 'STITCH_FOREIGN_RESOURCE',
    hints: [
      ...(found.adopt ? [`stitch deploy --adopt ${spec.id}   (takes it over; a destroy gives it back)`] : []),
      'stitch deploy --stage NAME   (a stage has names of its own)',
    ],
  }
}

/** Data and secrets outlive what was built around them; only a destroy that names them takes them away. */
export function isLasting(spec: Spec): boolean {
  return spec.type === 'secret' || spec.type === 'database'
}

export function summarise(changes: readonly Change[]): Summary {
  const count = (symbol: Change['symbol']): number => changes.filter((change) => change.symbol === symbol).length
  return {create: count('+'), update: count('~'), delete: count('-'), same: count('=')}
}

/** True where carrying the plan out would change nothing. */
export function isEmpty({summary}: Plan): boolean {
  return summary.create + summary.update + summary.delete === 0
}
