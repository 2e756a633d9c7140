/** A duration as a person reads it, with three digits at most: `0.42 ms`, `14.2 ms`, `1.24 s`, `2 m 05 s`. */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms)
  if (value < 9.995) return `${value.toFixed(2)} ms`
  if (value < 99.95) return `${value.toFixed(1)} ms`
  if (value < 999.5) return `${Math.round(value)} ms`
  if (value < 9_995) return `${(value / 1000).toFixed(2)} s`
  if (value < 59_950) return `${(value / 1000).toFixed(1)} s`
  const seconds = Math.round(value / 1000)
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
}

/** A number of bytes: `512 B`, `412 kB`, `1.3 MB` (powers of ten). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
