import type {z} from 'zod'
import {StitchError} from '#runtime/kernel/errors.ts'
import {describeFault, schemaAt, unwrap} from './schema-parts.ts'

/** A value, and where it comes from: `flag --engine` or `STITCH_ENGINE`. */
export type Override = {readonly value: string | number | undefined; readonly from: string}

/** A flag or a variable is held to what the file may say. Throws STITCH_USAGE (exit usage). */
export function checkOverride(key: string, {value, from}: Override): void {
  const schema = unwrap(schemaAt(key.split('.'))) as unknown as z.ZodType
  const [issue] = schema.safeParse(value).error?.issues ?? []
  if (!issue) return
  const name = from.replace(/^flag /, '')
  throw new StitchError(`${name} ${describeFault(issue)}, so nothing was started.`, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch simulate --print-config shows what is used, and from where'],
  })
}
