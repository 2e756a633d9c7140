import {lookup} from 'node:dns/promises'
import type {LookupAddress} from 'node:dns'
import {request as requestHttp} from 'node:http'
import {request as requestHttps} from 'node:https'
import {isIP} from 'node:net'
import {isInternalName, isPublicAddress} from './address.ts'
import {OutboundError, type Send} from './callback.ts'

/** More than this of an answer's body is an error, and nothing of it is kept. */
const MOST_RESPONSE_BYTES = 64 * 1024

export type OutboundOptions = {
  /** For simulation only: http, and addresses of this machine and its networks. */
  readonly allowPrivate: boolean
  /** All addresses of a name; the system's resolver unless a test gives another. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>
}

/**
 * Sends POSTs to public https addresses only. The name is resolved once, all of its addresses are checked, and the
 * connection goes to one of these and nowhere else, so that a second answer of the resolver cannot lead inside.
 */
export function createOutbound({allowPrivate, resolve = resolveAll}: OutboundOptions): Send {
  return async ({url, headers, body, timeoutMs}) => {
    if (!allowPrivate && url.protocol !== 'https:') throw new OutboundError('not_https', true)
    const signal = AbortSignal.timeout(timeoutMs)
    const address = await choose(url.hostname, allowPrivate, resolve, signal)
    return {status: await post(url, {headers, body, signal, address})}
  }
}

async function choose(
  hostname: string,
  allowPrivate: boolean,
  resolve: NonNullable<OutboundOptions['resolve']>,
  signal: AbortSignal,
): Promise<LookupAddress> {
  const literal = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(literal)
  if (!allowPrivate && isInternalName(literal)) throw new OutboundError('internal_name', true)
  const found = family ? [{address: literal, family}] : await resolveWithin(literal, resolve, signal)
  const [first] = found
  if (!first) throw new OutboundError('name_not_resolved')
  if (!allowPrivate && !found.every(({address}) => isPublicAddress(address)))
    throw new OutboundError('private_address', true)
  return first
}

async function resolveWithin(
  hostname: string,
  resolve: NonNullable<OutboundOptions['resolve']>,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const {promise, reject} = Promise.withResolvers<never>()
  const onAbort = (): void => reject(new OutboundError('timed_out'))
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    return await Promise.race([resolve(hostname), promise])
  } catch (error) {
    throw error instanceof OutboundError ? error : new OutboundError('name_not_resolved')
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return lookup(hostname, {all: true})
}

type PostOptions = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly signal: AbortSignal
  readonly address: LookupAddress
}

/** A connection of its own per callback: on Cloud Run a kept one may have been frozen between two requests. */
function post(url: URL, {headers, body, signal, address}: PostOptions): Promise<number> {
  const {promise, resolve, reject} = Promise.withResolvers<number>()
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const fail = (code: string): void => reject(new OutboundError(signal.aborted ? 'timed_out' : code))
  const outgoing = send(url, {
    method: 'POST',
    headers: {...headers, 'content-length': body.length},
    agent: false,
    signal,
    lookup: (_hostname, options, done) =>
      options.all ? done(null, [address]) : done(null, address.address, address.family),
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connection_failed'))
  outgoing.on('response', (response) => {
    let received = 0
    response.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received <= MOST_RESPONSE_BYTES) return
      fail('response_too_large')
      outgoing.destroy()
    })
    response.on('error', () => fail('connection_failed'))
    response.on('end', () => resolve(response.statusCode ?? 0))
  })
  outgoing.end(body)
  return promise
}
