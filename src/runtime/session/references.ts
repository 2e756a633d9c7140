import {StitchError} from '#runtime/kernel/errors.ts'

/** The JSON bodies of earlier answers by step name. */
export type Earlier = ReadonlyMap<string, unknown>

/**
 * Puts earlier answers in the place of `${step.field.path}` in every string of `value`. A string that is one reference
 * and nothing else takes the quoted value as it is.
 * Throws STITCH_REFERENCE_UNKNOWN (exit config) when the step was not answered or the answer has no such field.
 */
export function resolveReferences<T>(value: T, earlier: Earlier): T {
  return resolveAny(value, earlier) as T
}

function resolveAny(value: unknown, earlier: Earlier): unknown {
  if (typeof value === 'string') return resolveText(value, earlier)
  if (Array.isArray(value)) return value.map((item) => resolveAny(item, earlier))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveAny(item, earlier)]))
}

function resolveText(text: string, earlier: Earlier): unknown {
  const whole = /^\$\{([^}]+)\}$/.exec(text)
  if (whole) return quote(whole[1]!, earlier)
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, path: string) => String(quote(path, earlier)))
}

function quote(path: string, earlier: Earlier): unknown {
  const [step = '', ...fields] = path.split('.')
  let value = earlier.get(step)
  for (const field of fields) value = (value as Record<string, unknown> | null | undefined)?.[field]
  if (value !== undefined) return value
  throw new StitchError(`The reference \${${path}} leads nowhere, so the step that quotes it was not sent.`, {
    code: 'STITCH_REFERENCE_UNKNOWN',
    exit: 'config',
    hints: earlier.has(step)
      ? [`the answer of ${step} has no ${fields.join('.')}`]
      : [`no earlier step is named ${step}`],
  })
}
