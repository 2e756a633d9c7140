import {stripVTControlCharacters} from 'node:util'

/** Lines of firebase-tools that say nothing, or that would mislead: it looks for an SDK that is not used here. */
const NOISE = [
  /^=== Deploying to/,
  /^deploying functions$/,
  /^Deploy complete/,
  /^Project Console:/,
  /^Function URL/,
  /firebase-functions package/,
  /^Loaded environment variables from/,
  /required API \S+ is enabled/,
  // It says so also where all was granted before, as it is here.
  /^ensur(?:ing|ed) \S+@.* access to /,
  /^secretmanager: Granted /,
]

/** The sentence in a line as firebase-tools writes it, without colours and marks; undefined for what is not shown. */
export function readToolsLine(level: string, line: string): string | undefined {
  if (!['info', 'warn', 'error'].includes(level)) return undefined
  const text = stripVTControlCharacters(line)
    .replace(/^\s*(?:[i✔⚠✖]\s+)?/u, '')
    .replace(/^functions:\s*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text === '' || NOISE.some((noise) => noise.test(text)) ? undefined : text
}
