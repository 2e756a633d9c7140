import type {Encoded} from './types.ts'

export function encodeText(key: string, value: string): Encoded {
  return {type: 'TEMPLATE', key, value}
}

export function encodeFlag(key: string, value: boolean): Encoded {
  return {type: 'BOOLEAN', key, value: String(value)}
}

/** The values of a template's parameters, as a form in GTM would have left them: what holds nothing is left out. */
export function encodeParameters(data: Readonly<Record<string, unknown>>): readonly Encoded[] {
  const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)
  return Object.entries(data).flatMap(([key, value]) => (isNothing(value) ? [] : [encode(value, key)]))
}

/** Lists of texts and tables of rows stand as LIST, rows as MAP; items of a list have no key. */
function encode(value: unknown, key?: string): Encoded {
  const named = key === undefined ? {} : {key}
  if (typeof value === 'boolean') return {type: 'BOOLEAN', ...named, value: String(value)}
  if (Array.isArray(value)) return {type: 'LIST', ...named, list: value.map((item) => encode(item))}
  if (typeof value === 'object' && value !== null) return {type: 'MAP', ...named, map: encodeParameters({...value})}
  const text = String(value)
  return {type: 'TEMPLATE', ...named, ...(text === '' ? {} : {value: text})}
}
