import type {z} from 'zod'
import {ConfigFile} from './schema.ts'

/** What of a zod schema is looked at here. */
type Part = {
  readonly def?: {readonly innerType?: Part}
  readonly shape?: Readonly<Record<string, Part>>
  readonly valueType?: Part
}

/** The part of the configuration's schema at a path; an empty one where it has none. */
export function schemaAt(path: readonly PropertyKey[]): Part {
  let schema = ConfigFile as unknown as Part
  for (const step of path) {
    const {shape, valueType} = unwrap(schema)
    schema = shape?.[String(step)] ?? valueType ?? {}
  }
  return schema
}

/** Optional, default and prefault wrappers off. */
export function unwrap(schema: Part): Part {
  let current = schema
  while (current.def?.innerType) current = current.def.innerType
  return current
}

/** What is wrong with a value, as it goes on after its name: our own messages do, those of zod begin a sentence. */
export function describeFault({message}: z.core.$ZodIssue): string {
  if (!/^[A-Z]/.test(message)) return message
  const text = message.replace('Invalid input: ', '')
  return `is not valid (${text.charAt(0).toLowerCase()}${text.slice(1)})`
}
