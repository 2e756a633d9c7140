import type {SettledTrigger} from './settle-triggers.ts'
import type {LoadedTag} from './load-container.ts'

/** What becomes of a tag by its triggers alone, and how often it fires. */
export type Firing =
  | {readonly outcome: 'fired'; readonly times: number; readonly because: string}
  | {readonly outcome: 'not_triggered' | 'blocked' | 'paused'; readonly because: string}

/** Pure: a blocking trigger that holds wins over any firing one, and a paused tag has no triggers at all. */
export function planFiring(tag: LoadedTag, settled: ReadonlyMap<string, SettledTrigger>): Firing {
  const named = (ids: readonly string[]): readonly SettledTrigger[] => ids.flatMap((id) => settled.get(id) ?? [])
  const holding = (ids: readonly string[]): readonly string[] =>
    named(ids).flatMap(({name, holds}) => (holds ? [name] : []))
  if (tag.paused) return {outcome: 'paused', because: 'the tag is paused'}
  if (tag.firing.length === 0) return {outcome: 'not_triggered', because: 'the tag has no trigger'}
  const firing = holding(tag.firing)
  if (firing.length === 0) {
    const none = named(tag.firing).map(({name}) => name)
    return {outcome: 'not_triggered', because: `${list(none)} ${none.length === 1 ? 'does' : 'do'} not hold`}
  }
  const blocking = holding(tag.blocking)
  if (blocking.length > 0) return {outcome: 'blocked', because: `${list(blocking)} blocks it`}
  return {outcome: 'fired', times: tag.option === 'unlimited' ? firing.length : 1, because: list(firing)}
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ')
}
