import {NULL} from '../../values/value.ts'
import {fail} from '../outcome.ts'
import type {FunctionCompiler, Outcome} from '../outcome.ts'
import {INTEGER, REFERENCE, required} from './parameters.ts'
import {text} from './results.ts'
import {strict} from './strict.ts'

/** `projects/{project}/databases/{database}/documents` and what is below: pairs of a collection's and a document's id. */
type Place = {readonly root: string; readonly pairs: readonly string[]}

const ROOT = /^projects\/[^/]+\/databases\/[^/]+\/documents/

function takeApart(reference: string): Place | undefined {
  const root = ROOT.exec(reference)?.[0]
  if (root === undefined) return undefined
  const below = reference.slice(root.length + 1)
  return {root, pairs: below === '' ? [] : (below.match(/[^/]+\/[^/]+/g) ?? [])}
}

function putTogether({root, pairs}: Place): Outcome {
  return {kind: 'reference', value: [root, ...pairs].join('/')}
}

/** The root has no document and so neither of its ids. */
function lastId(name: string, which: 'collection' | 'document'): FunctionCompiler {
  return strict(name, [REFERENCE], (reference) => {
    const [collection, document] = takeApart(reference)?.pairs.at(-1)?.split('/') ?? []
    const id = which === 'collection' ? collection : document
    return id === undefined ? NULL : text(id)
  })
}

/** The document that the collection of `reference` lies below: the root for collections at the top. */
function parent(reference: string): Outcome {
  const place = takeApart(reference)
  if (!place || place.pairs.length === 0) return NULL
  return putTogether({root: place.root, pairs: place.pairs.slice(0, -1)})
}

/** Counts pairs of ids as `array_slice` counts elements. */
function slice(reference: string, offset: bigint, length: bigint): Outcome {
  if (length < 0n) return fail('reference_slice(...) length must be non-negative')
  const place = takeApart(reference)
  if (!place) return NULL
  const start = offset < 0n ? Math.max(0, place.pairs.length + Number(offset)) : Number(offset)
  return putTogether({root: place.root, pairs: place.pairs.slice(start, start + Number(length))})
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/reference_functions */
export const REFERENCES: Readonly<Record<string, FunctionCompiler>> = {
  collection_id: lastId('collection_id', 'collection'),
  document_id: lastId('document_id', 'document'),
  parent: strict('parent', [REFERENCE], parent),
  reference_slice: strict('reference_slice', [REFERENCE, required(INTEGER), required(INTEGER)], slice),
}
