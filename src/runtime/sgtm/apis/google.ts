import type {Api, ApiContext, OutboundAnswer} from './api.ts'
import {encodeMpv2} from './measurement/encode-v2.ts'
import {toText} from '../text.ts'

type Callback = (...args: readonly unknown[]) => unknown

const timeoutMs = 15_000

/** Requests to Google's own servers that templates do not write themselves. */
export const googleApis: readonly Api[] = [
  {
    name: 'sendEventToGoogleAnalytics',
    create: (context) => (event: unknown, callback: unknown) => {
      const sent = sendEvent(context, event)
      if (typeof callback !== 'function') return sent
      // The older form, which gives nothing and calls back with what became of it.
      const notify = callback as Callback
      sent.then(
        (answer) => context.invoke(notify, {success: true, ...answer}),
        () => context.invoke(notify, {success: false}),
      )
      return undefined
    },
  },
  {
    name: 'getGoogleScript',
    create: (context) => (script: unknown, options: unknown) => getScript(context, script, options),
  },
]

function sendEvent({demand, send}: ApiContext, event: unknown): Promise<{readonly location?: string}> {
  const given = typeof event === 'object' && event !== null ? (event as Readonly<Record<string, unknown>>) : {}
  const {url, headers} = encodeMpv2(given)
  demand('sendEventToGoogleAnalytics', {permission: 'send_http', url})
  return send({method: 'POST', url, headers, body: '', timeoutMs}).then((answer) => {
    if (answer.statusCode >= 400) throw failed
    const location = headerOf(answer, 'location')
    return location === undefined ? {} : {location}
  })
}

const scripts = new Map<string, (id: string) => string>([
  ['ANALYTICS', () => 'https://www.google-analytics.com/analytics.js'],
  ['GTAG', (id) => `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(id)}`],
  ['GTM', (id) => `https://www.googletagmanager.com/gtm.js?id=${encodeURIComponent(id)}`],
])

type Script = {readonly script: string; readonly metadata: Readonly<Record<string, string>>}

function getScript({demand, send, log}: ApiContext, script: unknown, options: unknown): Promise<Script> {
  const {id, debug, timeout} = (typeof options === 'object' && options !== null ? options : {}) as Record<
    string,
    unknown
  >
  const address = scripts.get(toText(script))
  if (!address) throw new Error(`getGoogleScript: "${toText(script)}" is not one of ${[...scripts.keys()].join(', ')}.`)
  const url = address(id === undefined ? '' : toText(id)) + (debug === true ? '&gtm_debug=x' : '')
  demand('getGoogleScript', {permission: 'send_http', url})
  const within = Number(timeout ?? timeoutMs)
  const request = {method: 'GET', url, headers: {}, body: '', timeoutMs: within > 0 ? within : timeoutMs}
  return send(request).then((answer) => {
    if (answer.statusCode === 200) return {script: answer.body, metadata: cachingOf(answer)}
    log('warn', `getGoogleScript: ${url} was answered with ${answer.statusCode}, not with a script, so it failed.`)
    throw failed
  })
}

/** What the answer says about how long the script may be kept. */
function cachingOf(answer: OutboundAnswer): Record<string, string> {
  const kept = ['cache-control', 'expires', 'last-modified'].flatMap((name) => {
    const value = headerOf(answer, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(kept)
}

/** Templates know a failure by its reason, not by a class. */
const failed = {reason: 'failed'} as const

function headerOf({headers}: OutboundAnswer, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' || value === undefined ? value : value.join(', ')
}
