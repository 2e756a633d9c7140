/** Parses JSON text in UTF-8; whole numbers too long for a double come as bigint. Undefined where it is not JSON. */
export function parseExactJson(data: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(data)
    return JSON.parse(text, (_key, value: unknown, context?: {readonly source?: string}) => {
      const source = context?.source ?? ''
      return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
        ? BigInt(source)
        : value
    })
  } catch {
    return undefined
  }
}

/** Whether a number of `parseExactJson` is whole and fits into so many bits, signed or not. */
export function isWhole(value: unknown, bits: 32 | 64, signed = true): boolean {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) return false
  const exact = BigInt(value)
  return exact === (signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact))
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
