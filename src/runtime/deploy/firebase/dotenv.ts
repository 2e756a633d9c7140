const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
}

/**
 * A dotenv file as firebase-tools reads it (`functions/env.js` of 15.34.2): in double quotes, where exactly these seven
 * characters are escaped. Its reader takes a backslash before the closing quote for an escape of that quote, so a value
 * that ends in one cannot be written; such a value is a bug of ours and throws.
 */
export function formatDotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (value.endsWith('\\')) throw new Error(`The value of ${name} ends in a backslash.`)
      return `${name}="${value.replaceAll(/[\n\r\t\v\\'"]/g, (character) => ESCAPES[character]!)}"\n`
    })
    .join('')
}
