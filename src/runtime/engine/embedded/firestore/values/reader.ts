/** Reads the protobuf wire format from a slice, without copying (https://protobuf.dev/programming-guides/encoding/). */
export class Reader {
  readonly bytes: Buffer
  position: number
  readonly end: number

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = position
    this.end = end
  }

  /** A varint of at most 53 bits: tags, lengths and enums. */
  uint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }

  /** A varint as signed 64-bit integer. */
  int64(): bigint {
    const start = this.position
    while (this.byte() >= 0x80);
    const length = this.position - start
    if (length <= 7) {
      this.position = start
      return BigInt(this.uint())
    }
    let value = 0n
    for (let at = length - 1; at >= 0; at--) value = (value << 7n) | BigInt(this.bytes[start + at]! & 0x7f)
    return BigInt.asIntN(64, value)
  }

  double(): number {
    const value = this.bytes.readDoubleLE(this.position)
    this.position += 8
    return value
  }

  string(): string {
    const length = this.uint()
    const start = this.advance(length)
    return this.bytes.toString('utf8', start, start + length)
  }

  /** The bytes of a length-delimited field, sharing memory. */
  slice(): Buffer {
    const length = this.uint()
    const start = this.advance(length)
    return this.bytes.subarray(start, start + length)
  }

  /** A reader of the length-delimited message that starts here. */
  message(): Reader {
    const length = this.uint()
    const start = this.advance(length)
    return new Reader(this.bytes, start, start + length)
  }

  /** Passes over a field whose tag was read. */
  skip(tag: number): void {
    const wireType = tag & 7
    if (wireType === 0) while (this.byte() >= 0x80);
    else if (wireType === 1) this.advance(8)
    else if (wireType === 2) this.advance(this.uint())
    else if (wireType === 5) this.advance(4)
    else throw new RangeError(`wire type ${wireType} is not supported`)
  }

  private byte(): number {
    if (this.position >= this.end) throw new RangeError('the message ends in the middle of a field')
    return this.bytes[this.position++]!
  }

  private advance(length: number): number {
    const start = this.position
    if (start + length > this.end) throw new RangeError('the message ends in the middle of a field')
    this.position = start + length
    return start
  }
}
