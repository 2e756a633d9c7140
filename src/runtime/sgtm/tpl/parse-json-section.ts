import type {z} from 'zod'
import {readJson} from './read-json.ts'
import {locate} from './split-sections.ts'
import type {Section} from './split-sections.ts'
import type {Problem, SectionName} from './template.ts'

/** A section's value, or what keeps it from being one. Warnings are oddities that published templates contain. */
export type Parsed<T> = {
  readonly value: T | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Reads a JSON section against its schema, with every problem at its line and column. */
export function parseJsonSection<T>(file: string, section: Section, schema: z.ZodType<T>): Parsed<T> {
  const say = ({message, offset}: {message: string; offset: number}): Problem => ({
    section: section.name as SectionName,
    message,
    at: locate(file, section, offset),
  })
  const json = readJson(section.text)
  const warnings = json.oddities.map(say)
  if (json.problem) return {value: undefined, problems: [say(json.problem)], warnings}

  const result = schema.safeParse(json.value)
  if (result.success) return {value: result.data, problems: [], warnings}
  const misfits = result.error.issues.map(({path, message}) => {
    const offset = json.offsetOf(path.map((part) => (typeof part === 'number' ? part : String(part))))
    return say({message: `${path.join('.') || 'The value'}: ${message}.`, offset})
  })
  return {value: undefined, problems: misfits, warnings}
}
