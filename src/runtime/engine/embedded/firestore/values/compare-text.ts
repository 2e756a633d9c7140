/**
 * Order of UTF-8 bytes, without encoding: UTF-16 code units sort alike except that surrogates belong above U+E000 to
 * U+FFFF. Returns a negative number, 0 or a positive number.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return lift(a) - lift(b)
  }
  return left.length - right.length
}

function lift(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

const NUMERIC_ID = /^__id(0|-?[1-9][0-9]*)__$/

/** The number of an id such as `__id42__`, which Firestore keeps and sorts as an integer; undefined for other ids. */
export function numericId(id: string): bigint | undefined {
  if (!id.startsWith('__id')) return undefined
  const digits = NUMERIC_ID.exec(id)?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}

/** Order of two path segments: numeric ids first and by number, then text by its UTF-8 bytes. */
function compareSegments(left: string, right: string): number {
  const a = numericId(left)
  const b = numericId(right)
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0
  if (a !== undefined) return -1
  if (b !== undefined) return 1
  return compareUtf8(left, right)
}

/** Order of resource names, segment by segment, so that a parent comes right before what is below it. */
export function compareNames(left: string, right: string): number {
  if (left === right) return 0
  const a = left.split('/')
  const b = right.split('/')
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    if (a[at] === b[at]) continue
    const order = compareSegments(a[at]!, b[at]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}
