/** Reads one object of the configuration and collects problems, each with the path of the value. */
export type Reader = {
  readonly text: (key: string, fallback?: string) => string
  readonly flag: (key: string) => boolean
  readonly count: (key: string, fallback: number, most: number) => number
  /** A collection's id: one path segment. */
  readonly collection: (key: string, fallback?: string) => string
  /** A regular expression anchored at both ends. */
  readonly pattern: (key: string) => string | undefined
  readonly patterns: (key: string) => readonly string[]
  readonly choices: <T extends string>(key: string, known: readonly T[]) => readonly T[]
  readonly map: <T>(key: string, read: (entry: Reader) => T) => Readonly<Record<string, T>>
  readonly mapOfLists: (key: string, isValid: (entry: string) => boolean) => Readonly<Record<string, readonly string[]>>
  readonly sections: () => Readonly<Record<Section, Reader>>
  readonly require: (key: string) => void
  readonly check: (key: string, problem: string | undefined) => void
  /** Reports keys that nobody read. */
  readonly finish: () => void
}

type Section = 'identities' | 'requests' | 'callback' | 'deadlines' | 'limits' | 'destinations'
const SECTIONS: readonly Section[] = ['identities', 'requests', 'callback', 'deadlines', 'limits', 'destinations']

/** `path` names the object in problems. A value that is no object is one problem and reads as empty. */
export function createReader(value: unknown, path: string, problems: string[]): Reader {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord) problems.push(`${path} must be an object`)
  const source = isRecord ? (value as Record<string, unknown>) : {}
  const seen = new Set<string>()
  const at = (key: string): string => (path === 'the configuration' ? key : `${path}.${key}`)
  const problem = (key: string, text: string): void => void problems.push(`${at(key)} ${text}`)

  function take(key: string): unknown {
    seen.add(key)
    return Object.hasOwn(source, key) ? source[key] : undefined
  }
  function text(key: string, fallback?: string): string {
    const found = take(key) ?? fallback
    if (typeof found === 'string' && found !== '') return found
    problem(key, 'must be a text that is not empty')
    return ''
  }
  function list(key: string): readonly string[] {
    const found = take(key) ?? []
    if (Array.isArray(found) && found.every((entry) => typeof entry === 'string')) return found
    problem(key, 'must be a list of texts')
    return []
  }
  function anchored(key: string, pattern: string): string {
    if (!isPattern(pattern)) problem(key, 'must be a regular expression')
    else if (!pattern.startsWith('^') || !pattern.endsWith('$')) problem(key, 'must be anchored with ^ and $')
    return pattern
  }
  function entries(key: string): readonly [string, unknown][] {
    const found = take(key) ?? {}
    if (typeof found === 'object' && !Array.isArray(found)) return Object.entries(found)
    problem(key, 'must be an object')
    return []
  }

  return {
    text,
    flag(key) {
      const found = take(key) ?? false
      if (typeof found !== 'boolean') problem(key, 'must be true or false')
      return found === true
    },
    count(key, fallback, most) {
      const found = take(key) ?? fallback
      if (Number.isSafeInteger(found) && Number(found) >= 1 && Number(found) <= most) return Number(found)
      problem(key, `must be a whole number from 1 to ${most}`)
      return fallback
    },
    collection(key, fallback) {
      const found = text(key, fallback)
      if (found.includes('/') || found === '.' || found === '..') problem(key, 'must be one path segment')
      return found
    },
    pattern(key) {
      const found = take(key)
      if (found === undefined) return undefined
      if (typeof found === 'string') return anchored(key, found)
      problem(key, 'must be a regular expression')
      return undefined
    },
    patterns: (key) => list(key).map((entry, index) => anchored(`${key}.${index}`, entry)),
    choices<T extends string>(key: string, known: readonly T[]) {
      const found = list(key)
      for (const entry of found) if (!known.includes(entry as T)) problem(key, `takes only ${known.join(', ')}`)
      return found as readonly T[]
    },
    map: (key, read) =>
      Object.fromEntries(
        entries(key).map(([name, entry]) => [name, read(createReader(entry, at(`${key}.${name}`), problems))]),
      ),
    mapOfLists(key, isValid) {
      return Object.fromEntries(
        entries(key).map(([name, found]) => {
          const paths = Array.isArray(found) ? (found as unknown[]) : [found]
          for (const path of paths) {
            if (typeof path !== 'string' || !isValid(path))
              problem(`${key}.${name}`, 'takes only dotted attribute paths')
          }
          return [name, paths as string[]]
        }),
      )
    },
    sections: () =>
      Object.fromEntries(SECTIONS.map((name) => [name, createReader(take(name) ?? {}, at(name), problems)])) as Record<
        Section,
        Reader
      >,
    require: (key) => void (take(key) === undefined && problem(key, 'must be there')),
    check: (key, text) => void (text === undefined || problem(key, text)),
    finish() {
      for (const key of Object.keys(source)) if (!seen.has(key)) problem(key, 'is not a known key')
    },
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
