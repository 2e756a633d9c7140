import {fitsUrlPattern} from '../permissions/patterns.ts'
import type {OutboundRule} from '../types.ts'

type Asked = {readonly url: string; readonly method?: string}

/** The first rule that covers a request. One whose rule names a method covers no other. */
export function findRule(rules: readonly OutboundRule[], {url, method}: Asked): OutboundRule | undefined {
  if (!URL.canParse(url)) return undefined
  return rules.find(
    (rule) => (rule.method === undefined || method === undefined || rule.method === method) && covers(rule.url, url),
  )
}

/**
 * Whether a rule sends this address itself to this machine: then it stands for a production address, which is the one
 * that templates declare.
 */
export function isForwarded(rules: readonly OutboundRule[], url: string): boolean {
  const rule = findRule(rules, {url})
  return (rule?.action === 'forward' || rule?.action === 'record') && rule.to === undefined && isLoopback(url)
}

/** The address that a request really goes to, or undefined where it may go nowhere. */
export function targetOf(
  rule: OutboundRule & {readonly action: 'forward' | 'record'},
  url: string,
): string | undefined {
  const {pathname, search, origin} = new URL(url)
  const target = `${rule.to === undefined ? origin : new URL(rule.to).origin}${pathname}${search}`
  return rule.remote === true || isLoopback(target) ? target : undefined
}

/** By the names that mean it; what a name server says about another name does not count. */
export function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
}

/** The same origin and, where the rule has a path, that path or one below it; or a pattern. */
function covers(rule: string, url: string): boolean {
  if (rule.includes('*')) return rule === '*' || fitsUrlPattern(rule, url)
  const [wanted, given] = [new URL(rule), new URL(url)]
  if (wanted.origin !== given.origin) return false
  const base = wanted.pathname
  return given.pathname === base || given.pathname.startsWith(base.endsWith('/') ? base : `${base}/`)
}
