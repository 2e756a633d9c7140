import {randomBytes} from 'node:crypto'

/** 20 letters and digits, as the clients make them. */
export function newDocumentId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from(randomBytes(20), (byte) => letters[byte % letters.length]).join('')
}
