import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {packageRoot, type LoggedEvent} from './run-stitch.ts'

/** A request and its answer in the log of `stitch verify`. */
export type Exchanged = LoggedEvent & {
  readonly exchange: {readonly request: {readonly body: string}; readonly response?: {readonly body: string}}
}

/** The body of an answer. */
export function answerTo({exchange}: Exchanged): unknown {
  return parse(exchange.response?.body ?? '')
}

/** Ids as they were asked for, and values of attributes as they were answered and as the fixtures have them. */
export function privateTexts(exchanges: readonly Exchanged[]): ReadonlySet<string> {
  const texts = new Set<string>()
  const collect = (value: unknown, isPrivate: boolean): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) collect(inner, isPrivate || /attributes$|^ids?$/i.test(key))
      return
    }
    const text = String(value)
    // Shorter ones come up by chance in times and ids, and a log says these words itself.
    const isTelling = typeof value === 'string' ? text.length > 3 : /^\d{4,}\.\d/.test(text)
    if (isPrivate && isTelling && !['warn', 'error', 'unknown'].includes(text)) texts.add(text)
  }
  for (const exchanged of exchanges) {
    collect(parse(exchanged.exchange.request.body), false)
    collect(answerTo(exchanged), false)
  }
  for (const name of ['visitors/franz', 'visitors/others', 'identities/franz', 'identities/others'])
    collect(parse(readFileSync(join(packageRoot, `fixtures/${name}.json`), 'utf8')), true)
  return texts
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
