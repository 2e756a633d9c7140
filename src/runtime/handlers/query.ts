import {Refusal} from './errors.ts'

/**
 * A query string by name. A parameter given twice comes as a list, which no field of ours takes, except that nothing is
 * guessed about which one was meant. Throws Refusal invalid_id for bytes that are not UTF-8, since replacing them would
 * make two ids one.
 */
export function parseQuery(query: string): Readonly<Record<string, unknown>> {
  const found = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at))
    found.set(name, [...(found.get(name) ?? []), decode(at < 0 ? '' : pair.slice(at + 1))])
  }
  const single = [...found].map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const)
  for (const [name, value] of single) {
    if (Array.isArray(value) && (name === 'ids' || name === 'fields')) {
      throw new Refusal(name === 'ids' ? 'invalid_id' : 'invalid_field', `${name} was given more than once.`)
    }
  }
  return Object.fromEntries(single)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Refusal('invalid_id', 'The query is not percent-encoded UTF-8.')
  }
}
