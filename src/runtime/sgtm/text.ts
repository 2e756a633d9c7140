/**
 * A value as sandboxed JavaScript would make text of it. `String` would fail here: objects that come from templates
 * have no prototype, and so no `toString`.
 */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((item) => (item === null || item === undefined ? '' : toText(item))).join()
  if (typeof value === 'object' && value !== null) return '[object Object]'
  return typeof value === 'function' ? '[object Function]' : `${value as number | boolean | null | undefined}`
}
