import type {UsedVariable} from '../variables/evaluation.ts'

/** Longer values are cut in the log: it is there to recognise them. */
const longest = 300
const secret = /token|secret|passw|credential|api[ _-]?key|private[ _-]?key/i

/** Variables as the log may tell them. */
export function describeUsed(used: readonly UsedVariable[]): UsedVariable[] {
  const once = new Map(used.map((one) => [one.name, one]))
  return [...once.values()].map((one) => ({...one, value: describeText(one.value, one.name)}))
}

/** A value as the log may tell it, judged by the name under which it goes. */
export function describeText(value: string, name: string): string {
  if (secret.test(name) && value !== '' && value !== 'undefined') return '(hidden)'
  return value.length > longest ? `${value.slice(0, longest - 1)}…` : value
}
