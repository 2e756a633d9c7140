type Json = Record<string, unknown>

/** Fields whose keys are data and not names of fields, so that a path's next part is taken as it stands. */
const MAPS = new Set(['labels', 'userLabels', 'environmentVariables', 'annotations', 'cleanupPolicies'])

/**
 * The paths of a field mask in JSON names. gcloud writes `service_config.service`, others `serviceConfig.service`; both
 * are `['serviceConfig', 'service']`. Empty for an absent or empty mask.
 */
export function readMask(mask: string | null | undefined): readonly (readonly string[])[] {
  return (mask ?? '')
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => {
      const parts = path
        .split('.')
        .map((part, at, all) => (MAPS.has(toJsonName(all[at - 1] ?? '')) ? part : toJsonName(part)))
      return parts.map((part) => part.replaceAll('`', ''))
    })
}

/** `service_config` is `serviceConfig`. */
export function toJsonName(part: string): string {
  return part.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** A copy of `target` with each path as it is in `source`; what the source lacks is cleared. */
export function applyMask(target: Json, source: Json, paths: readonly (readonly string[])[]): Json {
  const result = structuredClone(target)
  for (const path of paths) setPath(result, path, readPath(source, path))
  return result
}

function readPath(source: unknown, path: readonly string[]): unknown {
  let value: unknown = source
  for (const part of path) {
    if (!isRecord(value)) return undefined
    value = value[part]
  }
  return value
}

function setPath(target: Json, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length > 0) {
    const inner = target[first]
    const next = isRecord(inner) ? inner : {}
    setPath(next, rest, value)
    if (Object.keys(next).length > 0) target[first] = next
    else delete target[first]
  } else if (value === undefined || value === null) {
    delete target[first]
  } else {
    target[first] = structuredClone(value)
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
