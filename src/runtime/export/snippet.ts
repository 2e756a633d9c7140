/** What the snippet is told. The browser's patience is the longest of all deadlines, and so the last to end. */
export type SnippetSettings = {
  /** Where it asks, and where it fetches results of asynchronous requests. */
  readonly url: string
  readonly resultUrl: string
  /** Consent type that must be granted first, `callback` to wait for `stitch.consent(true)`, or empty for none. */
  readonly consent: string
}

const FIXED = {
  /** Name of the data layer, of the function that asks, of the event, and of the one key that attributes stand under. */
  layer: 'dataLayer',
  name: 'stitch',
  event: 'stitch',
  key: 'stitch',
  timeoutMs: 2000,
  /** How long the result of an asynchronous request is asked for. */
  patienceMs: 10_000,
}

/** The snippet's script with its settings filled in. @param code of `dist/snippet.js` */
export function fillSnippet(code: string, settings: SnippetSettings): string {
  // A settings' text must not end the script that it stands in.
  const json = JSON.stringify({...settings, ...FIXED}).replaceAll('<', String.raw`\u003c`)
  return code.replace(/\bSETTINGS\b/, () => json)
}

/** The same as a piece of HTML to paste before whatever reads the data layer. */
export function wrapSnippet(script: string): string {
  return `<script>\n${script}\n</script>\n`
}
