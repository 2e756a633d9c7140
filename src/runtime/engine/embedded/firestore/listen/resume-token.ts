import {randomBytes} from 'node:crypto'

/** Where a listener stood: opaque to clients. */
export type ResumeTokens = {
  readonly format: (micros: number) => Buffer
  /** The moment in microseconds; undefined for a token of another run, or one that is none of ours. */
  readonly parse: (token: Uint8Array) => number | undefined
}

const EPOCH_BYTES = 8

/**
 * Tokens of one run of the service. Those of an earlier run count as too old, since documents in memory are gone with
 * it: a listener that comes back then gets everything anew.
 */
export function createResumeTokens(): ResumeTokens {
  const epoch = randomBytes(EPOCH_BYTES)
  return {
    format: (micros) => {
      const token = Buffer.allocUnsafe(EPOCH_BYTES + 8)
      epoch.copy(token)
      token.writeDoubleBE(micros, EPOCH_BYTES)
      return token
    },
    parse: (token) => {
      const bytes = Buffer.from(token)
      if (bytes.length !== EPOCH_BYTES + 8 || !bytes.subarray(0, EPOCH_BYTES).equals(epoch)) return undefined
      return bytes.readDoubleBE(EPOCH_BYTES)
    },
  }
}
