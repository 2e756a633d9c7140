import {createContext, runInContext} from 'node:vm'
import {fillSnippet} from '#runtime/export/snippet.ts'
import {snippetCode} from './snippet-code.ts'

export type Sent = {readonly method: string; readonly url: string; readonly type: string | undefined; body: unknown}
type Answer = {readonly status: number; readonly body: unknown} | 'silence' | 'throw'
type Ask = ((request: unknown, done?: (result: unknown) => void) => void) & {consent: (isGranted: unknown) => void}

/**
 * A page with as much of a browser as the snippet uses, whose timers run when they are told to. Requests are answered one
 * after the other; `silence` is a time-out.
 */
export function openPage({
  consent = '',
  answers = [],
  layer,
}: {
  readonly consent?: string
  readonly answers?: readonly Answer[]
  readonly layer?: unknown[]
} = {}) {
  const sent: Sent[] = []
  const timers: {readonly run: () => void; readonly ms: number}[] = []
  const left = [...answers]
  let now = 0
  class XMLHttpRequest {
    status = 0
    responseText = ''
    timeout = 0
    onloadend: () => void = () => undefined
    private request: Sent = {method: '', url: '', type: undefined, body: undefined}
    open(method: string, url: string) {
      this.request = {method, url, type: undefined, body: undefined}
    }
    setRequestHeader(_: string, type: string) {
      this.request = {...this.request, type}
    }
    send(body: string | null) {
      const answer = left.shift() ?? 'silence'
      sent.push({...this.request, body: typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined})
      if (answer === 'throw') throw new Error('blocked by the page')
      if (answer !== 'silence') {
        this.status = answer.status
        this.responseText = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
      }
      timers.push({run: () => this.onloadend(), ms: answer === 'silence' ? this.timeout : 0})
    }
  }
  const window: Record<string, unknown> = {
    XMLHttpRequest,
    dataLayer: layer,
    setTimeout: (run: () => void, ms: number) => timers.push({run, ms}),
    Date: class {
      getTime() {
        return now
      }
    },
  }
  window['window'] = window
  const script = fillSnippet(snippetCode, {
    url: 'https://sgtm.example/stitch',
    resultUrl: 'https://sgtm.example/stitch/result',
    consent,
  })
  const context = createContext(window)
  const run = () => void runInContext(script, context)
  run()
  return {
    sent,
    script,
    /** Runs the snippet once more. */
    run,
    stitch: window['stitch'] as Ask,
    layer: window['dataLayer'] as unknown[],
    /** What was pushed with the snippet's event, as a tag would see it. */
    results: () =>
      (window['dataLayer'] as ({event?: string; stitch?: unknown} | null)[])
        .filter((entry) => entry?.event === 'stitch')
        .map((entry) => entry?.stitch),
    /** Lets time pass until nothing is to come any more; returns how much it was. */
    settle: () => {
      for (let timer = timers.shift(); timer; timer = timers.shift()) {
        now += timer.ms
        timer.run()
      }
      return now
    },
  }
}
