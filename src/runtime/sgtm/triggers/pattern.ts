import v8 from 'node:v8'
import {translateRe2} from '../sandbox/re2/translate.ts'

/**
 * A regular expression of a trigger or table: RE2's, as in a server container, on an engine whose time is linear in the
 * text. Compiled once.
 * @throws for a pattern that RE2 refuses
 */
export function compilePattern(source: string, ignoreCase: boolean): RegExp {
  const key = `${ignoreCase ? 'i' : ''}/${source}`
  const known = compiled.get(key)
  if (known) return known
  const translated = translateRe2(source, ignoreCase)
  if (translated === undefined) throw new Error('RE2 refuses this pattern')
  // The sandbox asks for the same engine, but there may be none yet.
  v8.setFlagsFromString('--enable-experimental-regexp-engine')
  const slash = translated.indexOf('/')
  const pattern = new RegExp(translated.slice(slash + 1), `${translated.slice(0, slash)}l`)
  compiled.set(key, pattern)
  if (compiled.size > most) compiled.delete(compiled.keys().next().value!)
  return pattern
}

/** Patterns come from the container, but may be put together of variables: the oldest gives way. */
const most = 1000
const compiled = new Map<string, RegExp>()
