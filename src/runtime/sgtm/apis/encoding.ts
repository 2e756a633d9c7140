import {createHash, createHmac} from 'node:crypto'
import type {Api} from './api.ts'
import {groupParameters} from './request.ts'
import {toText} from '../text.ts'

/** Hashes, signatures and encodings. Only signing needs a permission. */
export const encodingApis: readonly Api[] = [
  {name: 'sha256Sync', create: () => (input: unknown, options: unknown) => sha256(input, options)},
  {
    name: 'sha256',
    create:
      ({later, invoke}) =>
      (input: unknown, callback: unknown, options: unknown) => {
        if (!isFunction(callback)) throw new Error('sha256 needs a callback; sha256Sync gives the hash at once.')
        const hash = sha256(input, options)
        later(0, () => invoke(callback, hash))
      },
  },
  {
    name: 'hmacSha256',
    create:
      ({keys, demand}) =>
      (data: unknown, keyId: unknown, options: unknown) => {
        const id = toText(keyId)
        demand('hmacSha256', {permission: 'use_custom_private_keys', keyId: id})
        const key = Object.hasOwn(keys, id) ? keys[id] : undefined
        if (key === undefined) throw new Error(`hmacSha256: there is no key "${id}" in SGTM_CREDENTIALS.`)
        const digest = createHmac('sha256', Buffer.from(key, 'base64')).update(toText(data), 'utf8')
        return digest.digest(outputEncoding(options, 'base64url'))
      },
  },
  {
    name: 'toBase64',
    create: () => (text: unknown, options: unknown) => {
      const urlSafe = (options as {urlEncoding?: unknown} | undefined)?.urlEncoding === true
      return Buffer.from(toText(text), 'utf8').toString(urlSafe ? 'base64url' : 'base64')
    },
  },
  {
    name: 'fromBase64',
    create: () => (text: unknown) => {
      const encoded = toText(text)
      // A last group of one character holds no whole byte.
      const isValid = /^[\w+/-]*={0,2}$/.test(encoded) && encoded.replaceAll('=', '').length % 4 !== 1
      return isValid ? Buffer.from(encoded, 'base64').toString('utf8') : undefined
    },
  },
  {name: 'parseUrl', create: () => (url: unknown) => parseUrl(toText(url))},
]

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function'
}

function sha256(input: unknown, options: unknown): string {
  return createHash('sha256').update(toText(input), 'utf8').digest(outputEncoding(options, 'base64'))
}

function outputEncoding(options: unknown, fallback: 'base64' | 'base64url'): 'base64' | 'base64url' | 'hex' {
  const wanted = (options as {outputEncoding?: unknown} | undefined)?.outputEncoding
  return wanted === 'hex' || wanted === 'base64' || wanted === 'base64url' ? wanted : fallback
}

function parseUrl(text: string): Record<string, unknown> | undefined {
  if (!URL.canParse(text)) return undefined
  const {href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash} =
    new URL(text)
  const query = groupParameters(searchParams)
  return {href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams: query, hash}
}
