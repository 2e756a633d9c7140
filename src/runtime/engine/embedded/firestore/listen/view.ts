import type {NamedDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'

/** What a listener must be told of one document since it was last told anything. */
export type Delta =
  | {readonly kind: 'changed'; readonly name: string; readonly document: NamedDocument}
  /** It is no result any more. `document` is there where it exists; `moved` where it is what it was before. */
  | {
      readonly kind: 'removed'
      readonly name: string
      readonly document: NamedDocument | undefined
      readonly moved: boolean
    }

/**
 * What one target selects and what its listener knows of it. Commits only mark documents; the difference is worked out
 * when it can be sent, so that a slow listener gets the latest state and keeps nobody busy.
 */
export type View = {
  /** Under which changes of documents are brought to `touch`; see `keysOfDocument`. */
  readonly keys: readonly string[]
  readonly mask: readonly FieldPath[] | undefined
  /** Everything the listener must be told, if it knows the state of `since` (microseconds), else from nothing. */
  readonly start: (since: number | undefined) => Delta[]
  /** Takes note that a document changed; false where that cannot matter. */
  readonly touch: (name: string) => boolean
  /** The differences since the last time, as of now. */
  readonly drain: () => Delta[]
  /** Number of documents the listener holds. */
  readonly count: () => number
}

const ROOT_PARTS = 5

/** Keys under which views may wait for a change of this document. */
export function keysOfDocument(name: string): readonly string[] {
  const collection = name.slice(0, name.lastIndexOf('/'))
  const root = rootOf(name)
  return [name, collection, groupKey(root, collection.slice(collection.lastIndexOf('/') + 1)), root]
}

/** The key of all collections with an id; no name of a document or collection looks like it. */
export function groupKey(root: string, collectionId: string): string {
  return `${root}//${collectionId}`
}

/** `projects/p/databases/d/documents` of a name below it. */
export function rootOf(name: string): string {
  return name.split('/', ROOT_PARTS).join('/')
}
