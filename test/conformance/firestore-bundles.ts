import {expect, test} from 'vitest'
import type {FirestoreClients} from './firestore-client.ts'

type Element = {
  readonly metadata?: {readonly totalDocuments: number}
  readonly namedQuery?: {readonly name: string}
  readonly documentMetadata?: {readonly exists: boolean; readonly queries?: readonly string[]}
  readonly document?: {readonly name: string; readonly fields: object}
}

/** A bundle is a row of JSON texts, each behind its length in bytes. */
function readBundle(bundle: Buffer): Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bundle.length;) {
    const digits = /^\d+/.exec(bundle.toString('latin1', at, at + 12))![0]
    const begin = at + digits.length
    at = begin + Number(digits)
    elements.push(JSON.parse(bundle.toString('utf8', begin, at)) as Element)
  }
  return elements
}

/** Bundles are built by the client, out of the documents, names and times that an engine gives. */
export function describeBundles({newDatabase}: FirestoreClients): void {
  test('a bundle has what a query found and a document that is missing', async () => {
    const db = newDatabase()
    await db.doc('c/a').set({n: 1, text: 'übung'})
    await db.doc('c/b').set({n: 2})
    const bundle = db.bundle('for-clients')
    bundle.add('small', await db.collection('c').where('n', '<', 2).get())
    bundle.add(await db.doc('c/missing').get())
    const [first, ...rest] = readBundle(bundle.build())
    expect(first?.metadata?.totalDocuments).toBe(2)
    expect(rest.filter(({namedQuery}) => namedQuery).map(({namedQuery}) => namedQuery!.name)).toEqual(['small'])
    expect(rest.flatMap(({document}) => (document ? [document.fields] : []))).toEqual([
      {n: {integerValue: '1'}, text: {stringValue: 'übung'}},
    ])
    const known = rest.flatMap(({documentMetadata}) => (documentMetadata ? [documentMetadata.exists] : []))
    expect(new Set(known)).toEqual(new Set([false, true]))
  })
}
