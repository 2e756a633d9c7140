import type {Comparison, Note} from '../types.ts'

/** `ackDeadlineSeconds 10 -> 20`; undefined and the empty text are `none`. */
export function changed(name: string, before: string | number | undefined, after: string | number | undefined): string {
  return `${name} ${show(before)} -> ${show(after)}`
}

function show(value: string | number | undefined): string {
  return value === undefined || value === '' ? 'none' : String(value)
}

/** `same` without reasons, else `update`. */
export function verdictOf(reasons: readonly string[], notes: readonly Note[] = []): Comparison {
  const noted = notes.length > 0 ? {notes} : {}
  return reasons.length > 0 ? {verdict: 'update', reasons, ...noted} : {verdict: 'same', ...noted}
}

/** Texts of settings by the field that holds each, in the words of an update mask. */
export type Settings = Readonly<Record<string, string>>

/** The fields in which two views differ; only those of `wanted` count. */
export function differingFields(wanted: Settings, live: Settings): readonly string[] {
  return Object.keys(wanted).filter((field) => wanted[field] !== live[field])
}

/** Seconds of a duration as APIs write it (`10s`, `0.5s`); undefined where there is none. */
export function seconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Number.parseFloat(duration)
}
