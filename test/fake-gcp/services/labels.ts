import {fail} from '../service.ts'

/** Throws 400 unless the labels are as Google's APIs take them: lower case, at most 64, keys and values to 63 characters. */
export function checkLabels(labels: unknown): void {
  const entries = Object.entries((labels ?? {}) as Record<string, unknown>)
  if (entries.length > 64) fail(400, 'INVALID_ARGUMENT', 'A resource takes at most 64 labels.')
  for (const [key, value] of entries) {
    if (!/^\p{Ll}[\p{Ll}\p{N}_-]{0,62}$/u.test(key)) fail(400, 'INVALID_ARGUMENT', `Invalid label key: '${key}'.`)
    if (typeof value !== 'string' || !/^[\p{Ll}\p{N}_-]{0,63}$/u.test(value)) {
      fail(400, 'INVALID_ARGUMENT', `Invalid value of the label '${key}': '${String(value)}'.`)
    }
  }
}
