import type {IncomingRequest} from './api.ts'

/** Best effort, as documented: `Forwarded`, then `X-Forwarded-For`, then the socket. Ports are not part of it. */
export function remoteAddress({headers, remoteAddress: socket}: IncomingRequest): string {
  const forwarded = /(?:^|[;,\s])for=("[^"]*"|[^;,\s]*)/i.exec(headers['forwarded'] ?? '')?.[1]?.replaceAll('"', '')
  return readAddress(forwarded) ?? readAddress(headers['x-forwarded-for']?.split(',')[0]?.trim()) ?? socket
}

/** The address of a node (RFC 7239, section 6), or undefined for one that hides itself. */
function readAddress(node: string | undefined): string | undefined {
  if (!node || node === 'unknown' || node.startsWith('_')) return undefined
  return /^\[([^\]]+)\]/.exec(node)?.[1] ?? /^([^:]+):\d+$/.exec(node)?.[1] ?? node
}
