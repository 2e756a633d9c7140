import type {ResolvedConfig} from '#runtime/config/resolve.ts'

/** The resolved configuration as one document: every value, and where the overridable ones come from. */
export function describeConfig(config: ResolvedConfig): {
  readonly file: string
  readonly isDemo: boolean
  readonly values: object
  readonly origins: object
} {
  const {file, isDemo, origins, ...values} = config
  return {file, isDemo, values, origins}
}

/** The same for people: the overridable settings as a table, then the rest as JSON. */
export function printConfig(config: ResolvedConfig): string {
  const {file, isDemo, values, origins} = describeConfig(config)
  const rows = Object.entries(origins).map(([key, from]) => [key, String(valueAt(values, key)), String(from)])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const table = rows.map(
    ([key = '', value = '', from = '']) => `  ${key.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${from}`,
  )
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => !(key in origins) && key !== 'ports'))
  return [
    `${file}${isDemo ? ' (the demo that comes with stitch)' : ''}`,
    ...table,
    JSON.stringify(rest, null, 2),
    '',
  ].join('\n')
}

function valueAt(values: object, key: string): unknown {
  return key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], values)
}
