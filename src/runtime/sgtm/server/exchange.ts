import type {Exchange, IncomingRequest, StagedResponse} from '../apis/api.ts'
import {stageCommands} from '../apis/browser-commands.ts'

/** What the container sends in the end. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
}

/** The container's own handle on an exchange. */
export type OpenExchange = Exchange & {
  /** Lets the client that runs now claim the request; pass undefined when its code has returned. */
  readonly offer: (client: string | undefined) => void
  readonly claimedBy: () => string | undefined
  /** Answers in the container's own name, unless the client has answered. */
  readonly answer: (answer: Answer) => void
  /** Settles with whichever answer came first. */
  readonly answered: Promise<Answer>
}

export function createExchange(request: IncomingRequest): OpenExchange {
  const {promise, resolve} = Promise.withResolvers<Answer>()
  const response: StagedResponse = {status: 200, headers: new Map(), cookies: [], body: Buffer.alloc(0), pixels: []}
  let offeredTo: string | undefined
  let claimedBy: string | undefined
  let flushed = false
  return {
    request,
    response,
    offer: (client) => void (offeredTo = client),
    claimedBy: () => claimedBy,
    claim: () => {
      if (offeredTo === undefined)
        throw new Error('claimRequest must be called before the client returns, not from a callback.')
      claimedBy = offeredTo
    },
    isFlushed: () => flushed,
    flush: () => {
      if (!flushed) stageCommands(response)
      flushed = true
      const headers: Record<string, string | readonly string[]> = Object.fromEntries(response.headers)
      if (response.cookies.length > 0) headers['set-cookie'] = [...response.cookies]
      resolve({status: response.status, headers, body: response.body})
    },
    answer: resolve,
    answered: promise,
  }
}

/** A plain text answer of the container's own. */
export function plainAnswer(status: number, text: string): Answer {
  return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body: Buffer.from(text)}
}
