import type {FieldSpec} from '../specs.ts'
import type {ApplyContext, Kind, Operation, ReadContext} from '../types.ts'
import {changed, seconds, verdictOf} from './differences.ts'

type LiveField = {
  readonly ttlConfig?: {readonly state?: string; readonly expirationOffset?: string}
  readonly indexConfig?: {
    readonly indexes?: readonly unknown[]
    /** True where the field has no settings of its own: the indexes are then those of its ancestor. */
    readonly usesAncestorConfig?: boolean
    readonly reverting?: boolean
  }
}

/** Where each setting is kept. */
const MASKS = {ttl: 'ttlConfig', unindexed: 'indexConfig'} as const

/** Time to live of a collection's documents, or the absence of automatic indexes on its fields. */
export const fieldKind: Kind<FieldSpec, LiveField> = {
  type: 'field',
  read: async (spec, context) => await context.api.find({api: 'firestore', method: 'GET', path: pathOf(spec, context)}),
  compare: (spec, live) => {
    if (!live || !isSet(spec, live)) return {verdict: 'create'}
    if (spec.setting === 'unindexed') {
      const {indexes = []} = live.indexConfig ?? {}
      return verdictOf(indexes.length > 0 ? [changed('indexes', indexes.length, 0)] : [])
    }
    const {state, expirationOffset} = live.ttlConfig ?? {}
    return verdictOf([
      ...(state === 'NEEDS_REPAIR' ? ['needs repair'] : []),
      ...((seconds(expirationOffset) ?? 0) === 0 ? [] : [changed('expirationOffset', expirationOffset, undefined)]),
    ])
  },
  apply: async (spec, _live, context) => {
    await patch(spec, spec.setting === 'ttl' ? {ttlConfig: {}} : {indexConfig: {indexes: []}}, context)
  },
  remove: async (spec, live, context) => {
    if (isSet(spec, live)) await patch(spec, {}, context)
  },
}

function isSet({setting}: FieldSpec, {ttlConfig, indexConfig}: LiveField): boolean {
  if (setting === 'ttl') return ttlConfig !== undefined
  return indexConfig !== undefined && !indexConfig.usesAncestorConfig && !indexConfig.reverting
}

/** Sets what the mask names; what is named and absent goes back to the ancestor's setting. */
async function patch(spec: FieldSpec, setting: object, context: ApplyContext): Promise<void> {
  const {api, target} = context
  const {database, collection, field} = spec
  const name = `projects/${target.project}/databases/${database}/collectionGroups/${collection}/fields/${field}`
  const operation = await api.call<Operation>({
    api: 'firestore',
    method: 'PATCH',
    path: pathOf(spec, context),
    query: {updateMask: MASKS[spec.setting]},
    body: {name, ...setting},
    repeatable: true,
  })
  // A time to live takes ten minutes and more to come into force on a database with documents; it is seen as set at once.
  if (spec.setting === 'unindexed') await api.wait('firestore', 'v1', operation)
}

function pathOf({database, collection, field}: FieldSpec, {target}: ReadContext): string {
  const [inDatabase, inGroup, named] = [database, collection, field].map(encodeURIComponent)
  return `/v1/projects/${target.project}/databases/${inDatabase}/collectionGroups/${inGroup}/fields/${named}`
}
