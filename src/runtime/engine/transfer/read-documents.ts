import type {EngineRecord} from './records.ts'
import type {Json, Rpc} from './rpc.ts'

/** Documents read with one call: few enough that even the largest ones fit into memory. */
const AT_ONCE = 300

/**
 * All documents of a database (`projects/p/databases/d`) in order of their names, at any depth, also below documents
 * that do not exist. What is written meanwhile may be in it or not.
 */
export async function* readDocuments(firestore: Rpc, database: string): AsyncGenerator<EngineRecord> {
  const parent = `${database}/documents`
  for (let last: unknown; ;) {
    const answers = await firestore.collect('google.firestore.v1.Firestore/RunQuery', {
      parent,
      structuredQuery: {
        from: [{allDescendants: true}],
        orderBy: [{field: {fieldPath: '__name__'}, direction: 'ASCENDING'}],
        limit: AT_ONCE,
        // A filter and no cursor: engines go straight to where it begins.
        ...(last === undefined ? {} : {where: after(last)}),
      },
    })
    const found = answers.flatMap(({document}) => (document ? [document as Json] : []))
    for (const {name, fields = {}} of found) yield {kind: 'document', value: {name, fields}}
    if (found.length < AT_ONCE) return
    last = found.at(-1)?.['name']
  }
}

function after(name: unknown): Json {
  return {fieldFilter: {field: {fieldPath: '__name__'}, op: 'GREATER_THAN', value: {referenceValue: name}}}
}
