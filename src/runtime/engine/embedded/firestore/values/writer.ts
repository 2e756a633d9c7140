/** Writes the protobuf wire format into one growing buffer; nested messages are written in place. */
export class Writer {
  private buffer = Buffer.allocUnsafe(1024)
  private position = 0

  uint(value: number): this {
    this.reserve(10)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.position++] = rest
    return this
  }

  int64(value: bigint): this {
    if (value >= 0n && value <= 0xffff_ffff_ffffn) return this.uint(Number(value))
    this.reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest >= 0x80n) {
      this.buffer[this.position++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.buffer[this.position++] = Number(rest)
    return this
  }

  double(value: number): this {
    this.reserve(8)
    this.position = this.buffer.writeDoubleLE(value, this.position)
    return this
  }

  string(value: string): this {
    const length = Buffer.byteLength(value)
    this.uint(length).reserve(length)
    this.position += this.buffer.write(value, this.position, 'utf8')
    return this
  }

  /** Length-delimited bytes. */
  bytes(value: Uint8Array): this {
    return this.uint(value.length).raw(value)
  }

  /** Bytes as they are: fields that are encoded already. */
  raw(value: Uint8Array): this {
    this.reserve(value.length)
    this.buffer.set(value, this.position)
    this.position += value.length
    return this
  }

  /** A length-delimited message that `write` fills. */
  message(write: () => void): this {
    this.reserve(1)
    const start = ++this.position
    write()
    const length = this.position - start
    if (length < 0x80) {
      this.buffer[start - 1] = length
      return this
    }
    const extra = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4
    this.reserve(extra)
    this.buffer.copyWithin(start + extra, start, this.position)
    this.position = start - 1
    this.uint(length)
    this.position += length
    return this
  }

  /** A copy of what was written; the writer starts again empty. */
  finish(): Buffer {
    const done = Buffer.from(this.buffer.subarray(0, this.position))
    this.position = 0
    return done
  }

  private reserve(length: number): void {
    if (this.position + length <= this.buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + length))
    this.buffer.copy(grown, 0, 0, this.position)
    this.buffer = grown
  }
}
