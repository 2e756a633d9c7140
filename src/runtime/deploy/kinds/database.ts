import type {DatabaseSpec} from '../specs.ts'
import type {ApplyContext, Kind, Operation, ReadContext} from '../types.ts'

type LiveDatabase = {readonly type?: string; readonly locationId?: string}

/** The Firestore database. It may be there for others as well, so it is made where it is absent and never changed. */
export const databaseKind: Kind<DatabaseSpec, LiveDatabase> = {
  type: 'database',
  read: async (spec, context) => await context.api.find({api: 'firestore', method: 'GET', path: pathOf(spec, context)}),
  compare: ({database, location}, live) => {
    if (!live) {
      return {
        verdict: 'create',
        notes: [
          {kind: 'irreversible', text: `its location, ${location}, can never be changed`},
          {kind: 'cost', text: 'Firestore charges for reads, writes and storage beyond its free tier'},
        ],
      }
    }
    if (live.type !== 'FIRESTORE_NATIVE') {
      return {
        verdict: 'impossible',
        code: 'STITCH_FIRESTORE_DATASTORE_MODE',
        reason: 'it is in Datastore mode, and stitch needs Native mode',
        hints: [
          '"deploy": {"firestore": {"database": "stitch"}}   (a database of its own, in the configuration)',
          `gcloud firestore databases update --database="${database}" --type=firestore-native   (only while it is empty)`,
        ],
      }
    }
    if (live.locationId !== location) {
      return {
        verdict: 'impossible',
        code: 'STITCH_FIRESTORE_LOCATION',
        reason: `it is in ${live.locationId}, not in ${location}, and cannot be moved`,
        hints: [
          `"deploy": {"firestore": {"location": "${live.locationId}"}}   (in the configuration: uses it where it is)`,
          '"deploy": {"firestore": {"database": "stitch"}}   (in the configuration: makes another one)',
        ],
      }
    }
    return {verdict: 'same'}
  },
  apply: async ({database, location}, live, {api, target, tell}) => {
    if (live) return
    tell({text: `making the database in ${location}`})
    const operation = await api.call<Operation>({
      api: 'firestore',
      method: 'POST',
      path: `/v1/projects/${target.project}/databases`,
      query: {databaseId: database},
      body: {type: 'FIRESTORE_NATIVE', locationId: location},
    })
    await api.wait('firestore', 'v1', operation)
  },
}

/** Deletes the database with all that is in it; only for a destroy that names it. Gone already is as good. */
export async function deleteDatabase(spec: DatabaseSpec, context: ApplyContext): Promise<void> {
  const operation = await context.api.find<Operation>({
    api: 'firestore',
    method: 'DELETE',
    path: pathOf(spec, context),
  })
  if (operation) await context.api.wait('firestore', 'v1', operation)
}

function pathOf({database}: DatabaseSpec, {target}: ReadContext): string {
  return `/v1/projects/${target.project}/databases/${encodeURIComponent(database)}`
}
