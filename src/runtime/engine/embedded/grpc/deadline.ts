const UNITS_MS: Readonly<Record<string, number>> = {H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000_001}

/** `grpc-timeout` in milliseconds (`800m`, `1S`); undefined where there is none or it cannot be read. */
export function parseTimeout(value: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(value ?? '') ?? []
  return digits === undefined ? undefined : Number(digits) * UNITS_MS[unit]!
}
