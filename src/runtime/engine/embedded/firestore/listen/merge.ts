import type {NamedDocument} from '../../store/store.ts'
import type {FieldPath} from '../paths/field-path.ts'
import type {Delta} from './view.ts'

/** One document's news for all targets that it concerns. */
type News = {
  readonly name: string
  readonly document: NamedDocument | undefined
  readonly mask: readonly FieldPath[] | undefined
  readonly targets: number[]
  readonly removed: number[]
  /** It has not changed itself; others have pushed it out. */
  moved: boolean
}

type TargetDeltas = {
  readonly id: number
  readonly mask: readonly FieldPath[] | undefined
  readonly deltas: readonly Delta[]
}

/** Brings together what several targets say of the same document; those with a projection speak for themselves. */
export function mergeDeltas(all: readonly TargetDeltas[]): readonly News[] {
  const merged = new Map<string, News>()
  for (const {id, mask, deltas} of all) {
    for (const delta of deltas) {
      const {name, document} = delta
      const key = mask ? `${name}//${id}` : name
      const news = merged.get(key) ?? {name, document, mask, targets: [], removed: [], moved: true}
      merged.set(key, news)
      if (delta.kind === 'changed') news.targets.push(id)
      else news.removed.push(id)
      news.moved &&= delta.kind === 'removed' && delta.moved
    }
  }
  return [...merged.values()]
}
