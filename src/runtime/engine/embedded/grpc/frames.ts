import {GrpcStatus, STATUS} from './status.ts'

/** Length-prefixed message: one byte for compression, four for the length (gRPC over HTTP/2). */
const PREFIX = 5

/** A message with its prefix, ready for the wire; not compressed. */
export function frameMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX + message.length)
  framed[0] = 0
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, PREFIX)
  return framed
}

/** Cuts a byte stream into messages, however DATA frames divide it. */
export type MessageCutter = {
  /** Takes the next bytes and gives the messages that are whole now. Throws RESOURCE_EXHAUSTED or UNIMPLEMENTED. */
  readonly push: (chunk: Buffer) => Buffer[]
  /** True when the stream ends in the middle of a message. */
  readonly isCut: () => boolean
}

/** @param most largest message in bytes */
export function createMessageCutter(most: number): MessageCutter {
  let parts: Buffer[] = []
  let held = 0
  let needed = PREFIX

  return {
    isCut: () => held > 0,
    push: (chunk) => {
      parts.push(chunk)
      held += chunk.length
      const messages: Buffer[] = []
      while (held >= needed) {
        const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, held)
        if (bytes[0] !== 0) throw new GrpcStatus(STATUS.unimplemented, 'Compressed messages are not supported.')
        const length = bytes.readUInt32BE(1)
        if (length > most) {
          throw new GrpcStatus(STATUS.resourceExhausted, `Received message larger than max (${length} vs. ${most})`)
        }
        needed = PREFIX + length
        if (held < needed) {
          parts = [bytes]
          return messages
        }
        messages.push(bytes.subarray(PREFIX, needed))
        const rest = bytes.subarray(needed)
        parts = rest.length > 0 ? [rest] : []
        held = rest.length
        needed = PREFIX
      }
      return messages
    },
  }
}
