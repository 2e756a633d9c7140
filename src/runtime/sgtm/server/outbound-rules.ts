import type {OutboundRule} from '../types.ts'

/** The first rule that covers a URL: the same origin and, where the rule has a path, that path or one below it. */
export function findRule(rules: readonly OutboundRule[], url: string): OutboundRule | undefined {
  if (!URL.canParse(url)) return undefined
  const {origin, pathname} = new URL(url)
  return rules.find((rule) => {
    const wanted = new URL(rule.url)
    if (wanted.origin !== origin) return false
    const base = wanted.pathname
    return pathname === base || pathname.startsWith(base.endsWith('/') ? base : `${base}/`)
  })
}

/** Whether a rule names this URL as one that stands, on this machine, for a production address. */
export function isForwarded(rules: readonly OutboundRule[], url: string): boolean {
  return findRule(rules, url)?.action === 'forward'
}
