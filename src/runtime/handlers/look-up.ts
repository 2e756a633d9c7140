import type {OwnHandlers} from './own-handlers.ts'
import {callOwn, type OwnCallDeps, type OwnResult} from './own-calls.ts'
import type {FieldPath} from './ports.ts'
import {resolveTargets, type Outcome, type ResolveDeps} from './resolve.ts'
import type {Target} from './targets.ts'
import {emptyRecord, encodePlain, type Fields, type Value} from './value.ts'

export type LookUpDeps = ResolveDeps & OwnCallDeps & {readonly own?: OwnHandlers | undefined}

type Found = Extract<Outcome, {status: 'found'}>

/** Everything, so that own logic sees the whole document whatever is shown of it. */
const WHOLE: readonly FieldPath[] = [[]]

/**
 * What became of each target: documents out of Firestore, kinds with a resolver out of the project's own logic, at the
 * same time; then the project's additions. Lists are applied afterwards, to all of it. Never rejects for anything that
 * fails: its ids are then degraded.
 */
export async function lookUpTargets(
  targets: readonly Target[],
  shown: (kind: string) => readonly FieldPath[],
  deps: LookUpDeps,
): Promise<readonly Outcome[]> {
  const {own} = deps
  if (!own) return await resolveTargets(targets, shown, deps)
  const needed = (kind: string) => (own.enrich.has(kind) ? WHOLE : shown(kind))
  const outcomes = targets.map((): Outcome | undefined => undefined)
  const [stored] = await Promise.all([
    resolveTargets(targets, needed, deps),
    ...forEachKind(
      targets,
      own.resolvers,
      (index) => resolverId(targets[index]!),
      async (kind, resolver, groups) => {
        const results = await callOwn(
          'resolve',
          kind,
          resolver,
          [...groups.keys()].map((id) => ({id})),
          deps,
        )
        place(groups, results, outcomes, (id, {fields}) =>
          fields ? {status: 'found', id, fields, read: undefined} : {status: 'not_found'},
        )
      },
    ),
  ])
  const resolved = stored.map((outcome, index) => outcomes[index] ?? outcome)
  return await enrichAll(targets, resolved, own, deps)
}

async function enrichAll(
  targets: readonly Target[],
  outcomes: readonly Outcome[],
  own: OwnHandlers,
  deps: LookUpDeps,
): Promise<readonly Outcome[]> {
  const enriched = [...outcomes] as (Outcome | undefined)[]
  const idOf = (index: number) => {
    const outcome = outcomes[index]
    return outcome?.status === 'found' ? outcome.id : undefined
  }
  await Promise.all(
    forEachKind(targets, own.enrich, idOf, async (kind, enricher, groups) => {
      const found = new Map([...groups].map(([id, [first = 0]]) => [id, outcomes[first] as Found]))
      const subjects = [...found].map(([id, {fields}]) => ({id, attributes: encodePlain(fields, [])}))
      const results = await callOwn('enrich', kind, enricher, subjects, deps)
      place(groups, results, enriched, (id, {fields}) => addTo(found.get(id)!, fields))
    }),
  )
  return enriched.map((outcome, index) => outcome ?? outcomes[index]!)
}

/** The id that a kind's resolver is asked for; undefined for targets of Firestore's and for those that are not read. */
function resolverId(target: Target): string | undefined {
  return target.type === 'read' && target.resolver ? target.first.id : undefined
}

/** Starts `work` for each kind that has own logic, with the places of each of its ids: one call per id, however often it is asked for. */
function forEachKind<W>(
  targets: readonly Target[],
  own: ReadonlyMap<string, W>,
  idOf: (index: number) => string | undefined,
  work: (kind: string, own: W, groups: ReadonlyMap<string, readonly number[]>) => Promise<void>,
): readonly Promise<void>[] {
  return [...own].flatMap(([kind, each]) => {
    const places = targets.flatMap((target, index) =>
      target.kind === kind && idOf(index) !== undefined ? [index] : [],
    )
    return places.length === 0
      ? []
      : [
          work(
            kind,
            each,
            Map.groupBy(places, (index) => idOf(index)!),
          ),
        ]
  })
}

/** Puts the result of each id to all of its places. */
function place(
  groups: ReadonlyMap<string, readonly number[]>,
  results: readonly OwnResult[],
  outcomes: (Outcome | undefined)[],
  toOutcome: (id: string, result: {readonly fields: Fields | undefined}) => Outcome,
): void {
  for (const [at, [id, places]] of [...groups].entries()) {
    const result = results[at]!
    const outcome: Outcome = 'failed' in result ? {status: 'degraded', code: result.failed} : toOutcome(id, result)
    for (const index of places) outcomes[index] = outcome
  }
}

function addTo(found: Found, fields: Fields | undefined): Outcome {
  return fields ? {...found, fields: Object.assign(emptyRecord<Value>(), found.fields, fields)} : found
}
