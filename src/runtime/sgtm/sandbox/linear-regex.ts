import v8 from 'node:v8'
import {translateRe2} from './re2/translate.ts'

/**
 * Compiles a pattern of RE2's syntax for the engine whose time is linear in the text, for use outside a realm on what
 * comes from a template. Undefined for a pattern that RE2 refuses.
 */
export function compileLinear(pattern: string): RegExp | undefined {
  const translated = translateRe2(pattern, false)
  if (translated === undefined) return undefined
  // Lets `new RegExp(text, 'l')` ask for that engine.
  v8.setFlagsFromString('--enable-experimental-regexp-engine')
  const slash = translated.indexOf('/')
  try {
    return new RegExp(translated.slice(slash + 1), `l${translated.slice(0, slash)}`)
  } catch {
    return undefined
  }
}
