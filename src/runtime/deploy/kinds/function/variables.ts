import type {FunctionSpec} from '../../specs.ts'
import type {Outputs} from '../../types.ts'
import type {SecretVariable} from './live.ts'

type Variables = Readonly<Record<string, string>>

/** Set by the platform or by firebase-tools; nobody's setting. */
const PLATFORM = /^(LOG_EXECUTION_ID|FUNCTION_.*|K_.*|FIREBASE_CONFIG|GCLOUD_PROJECT|EVENTARC_CLOUD_EVENT_SOURCE)$/
/** So many changed keys of a JSON value are named. */
const NAMED = 5

/** What differs between plain variables. Values are not told: a person may have put a secret there. */
export function compareVariables(wanted: Variables, live: Variables = {}): readonly string[] {
  const reasons = Object.entries(wanted).flatMap(([name, value]) => {
    const found = live[name]
    if (found === undefined) return [`variable ${name} is missing`]
    if (found === value) return []
    const keys = changedKeys(parse(found), parse(value))
    if (keys.length === 0) return []
    const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : ''
    return [`${name}: ${keys.slice(0, NAMED).join(', ')}${more} changed`]
  })
  const surplus = Object.keys(live).filter((name) => !Object.hasOwn(wanted, name) && !PLATFORM.test(name))
  return [...reasons, ...surplus.map((name) => `variable ${name} is not in the configuration, so it is taken away`)]
}

/** The variables to write: the platform's own stay. */
export function variablesToWrite(wanted: Variables, live: Variables = {}): Variables {
  const kept = Object.entries(live).filter(([name]) => PLATFORM.test(name))
  return {...Object.fromEntries(kept), ...wanted}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Dotted paths of what differs; `the value` where it is no JSON object. */
function changedKeys(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!isRecord(before) || !isRecord(after)) return [path || 'the value']
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return keys.flatMap((key) => changedKeys(before[key], after[key], path ? `${path}.${key}` : key))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The secret variables to write, by variable name; `version` is absent while the secret has none. */
export function secretVariables({secrets}: FunctionSpec, outputs: Outputs): readonly SecretVariable[] {
  return Object.keys(secrets)
    .toSorted()
    .map((key) => {
      const secret = secrets[key]!
      const version = outputs.secretVersions[secret]
      return {key, projectId: outputs.project, secret, ...(version === undefined ? {} : {version})}
    })
}

/** What differs between secret variables. A project may be told by its number. */
export function compareSecrets(
  wanted: readonly SecretVariable[],
  live: readonly SecretVariable[] = [],
  {project, projectNumber}: Outputs,
): readonly string[] {
  const byKey = new Map(live.map((one) => [one.key, one]))
  const keys = new Set(wanted.map(({key}) => key))
  const reasons = wanted.flatMap(({key, secret, version}) => {
    const found = byKey.get(key)
    if (version === undefined) return [`${key}: the version is known once the secret ${secret} is there`]
    if (!found) return [`secret variable ${key} is missing`]
    const elsewhere = ![undefined, '', project, projectNumber].includes(found.projectId)
    const at = elsewhere ? ` of project ${found.projectId}` : ''
    if (!elsewhere && found.secret === secret && found.version === version) return []
    return [`${key} ${found.secret}${at} version ${found.version} -> ${secret} version ${version}`]
  })
  const surplus = live.filter(({key}) => !keys.has(key))
  return [
    ...reasons,
    ...surplus.map(({key}) => `secret variable ${key} is not in the configuration, so it is taken away`),
  ]
}
