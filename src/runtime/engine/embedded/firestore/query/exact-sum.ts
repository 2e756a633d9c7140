/** Adds doubles without rounding in between, so that their order does not matter. */
export type ExactSum = {
  readonly add: (value: number) => void
  /** The double nearest to the sum. */
  readonly result: () => number
}

/** Every finite double is a multiple of 2^-1074. */
const SCALE = 1074
const MANTISSA_BITS = 52
/** More than a double has, so that what is cut off cannot decide how it rounds but by being there. */
const KEPT_BITS = 64

export function createExactSum(): ExactSum {
  /** In units of 2^-1074. */
  let units = 0n
  /** The sum of what is infinite or not a number, beside which nothing else matters; 0 where there is nothing such. */
  let beyond = 0
  return {
    add: (value) => {
      if (Number.isFinite(value)) units += toUnits(value)
      else beyond += value
    },
    result: () => (beyond === 0 ? fromUnits(units) : beyond),
  }
}

const view = new DataView(new ArrayBuffer(8))

function toUnits(value: number): bigint {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> BigInt(MANTISSA_BITS)) & 0x7ffn)
  const fraction = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n)
  const size = exponent === 0 ? fraction : (fraction | (1n << BigInt(MANTISSA_BITS))) << BigInt(exponent - 1)
  return value < 0 ? -size : size
}

function fromUnits(units: bigint): number {
  const size = units < 0n ? -units : units
  const cut = Math.max(0, size.toString(16).length * 4 - KEPT_BITS)
  const kept = size >> BigInt(cut)
  const isExact = kept << BigInt(cut) === size
  const rounded = scale(Number(isExact ? kept : kept | 1n), cut - SCALE)
  return units < 0n ? -rounded : rounded
}

/** `value` times 2^`exponent`, in steps that are doubles themselves. */
function scale(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2)
  return value * 2 ** half * 2 ** (exponent - half)
}
