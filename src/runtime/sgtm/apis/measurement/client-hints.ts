type Brand = {readonly brand: string; readonly version: string}

/** User agent client hints as event data has them, and the parameters of a version 2 hit that carry them. */
const hints: ReadonlyMap<string, readonly [name: string, read: (value: string) => unknown]> = new Map([
  ['uaa', ['architecture', (value) => value]],
  ['uab', ['bitness', (value) => value]],
  ['uafvl', ['full_version_list', readBrands]],
  ['uamb', ['mobile', (value) => value === '1']],
  ['uam', ['model', (value) => value]],
  ['uap', ['platform', (value) => value]],
  ['uapv', ['platform_version', (value) => value]],
  ['uaw', ['wow64', (value) => value === '1']],
])

/** Reads a client hint, or gives undefined for another parameter. */
export function readHint(parameter: string, value: string): readonly [name: string, value: unknown] | undefined {
  const hint = hints.get(parameter)
  return hint && [hint[0], hint[1](value)]
}

/** The parameters for the `client_hints` of event data. */
export function formatHints(value: unknown): [parameter: string, text: string][] {
  if (typeof value !== 'object' || value === null) return []
  const given = value as Readonly<Record<string, unknown>>
  return [...hints].flatMap(([parameter, [name]]): [string, string][] => {
    const hint = given[name]
    if (Array.isArray(hint)) return [[parameter, formatBrands(hint as readonly Brand[])]]
    if (typeof hint === 'boolean') return [[parameter, hint ? '1' : '0']]
    return typeof hint === 'string' ? [[parameter, hint]] : []
  })
}

/** `Chromium;122.0.6261.69|Not(A%3ABrand;24.0.0.0`: names are encoded once more within the parameter. */
function readBrands(text: string): readonly Brand[] {
  return text
    .split('|')
    .filter(Boolean)
    .map((part) => {
      const [brand = '', version = ''] = part.split(';')
      return {brand: decoded(brand), version}
    })
}

function formatBrands(brands: readonly Brand[]): string {
  return brands.map(({brand, version}) => `${encodeURIComponent(brand)};${version}`).join('|')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
