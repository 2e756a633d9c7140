import {Buffer, isUtf8} from 'node:buffer'

/** Line and column, 1-based, of the first byte that is no UTF-8; undefined where all of it is. */
export function findInvalidUtf8(bytes: Uint8Array): {readonly line: number; readonly column: number} | undefined {
  if (isUtf8(bytes)) return undefined
  // A line break is one byte, and part of no other character.
  for (let start = 0, line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start)
    const piece = bytes.subarray(start, end === -1 ? bytes.length : end)
    if (!isUtf8(piece)) return {line, column: firstInvalid(piece)}
    if (end === -1) return {line, column: 1}
    start = end + 1
  }
}

/** Decoding and encoding again changes the first such byte. */
function firstInvalid(piece: Uint8Array): number {
  const again = Buffer.from(Buffer.from(piece).toString('utf8'))
  const at = piece.findIndex((byte, index) => again[index] !== byte)
  return Buffer.from(piece.subarray(0, at)).toString('utf8').length + 1
}
