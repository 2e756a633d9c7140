const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/**
 * Text for an XML 1.0 attribute or element. Characters that XML cannot hold at all, not even as a reference (most
 * control characters, lone surrogates; https://www.w3.org/TR/xml/#charsets), are written as `\u001b`.
 */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    })
    .replaceAll(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? character)
}

/** An element with its attributes, undefined ones left out, and its children each on a line of its own. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly string[] = [],
): string {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const open = [name, ...pairs.map(([key, value]) => `${key}="${escapeXml(String(value))}"`)].join(' ')
  if (children.length === 0) return `<${open}/>`
  const inner = children.flatMap((child) => child.split('\n')).map((line) => `  ${line}`)
  return [`<${open}>`, ...inner, `</${name}>`].join('\n')
}
