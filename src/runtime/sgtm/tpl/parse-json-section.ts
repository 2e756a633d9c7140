import {findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode} from 'jsonc-parser'
import type {ParseError} from 'jsonc-parser'
import type {z} from 'zod'
import {locate} from './split-sections.ts'
import type {Section} from './split-sections.ts'
import type {Problem, SectionName} from './template.ts'

/** A section's value, or what keeps it from being one. Warnings are oddities that GTM's own exports contain. */
export type Parsed<T> = {
  readonly value: T | undefined
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/**
 * Reads a JSON section against its schema. Raw control characters inside strings are tolerated with a warning, since
 * a published template has one; everything else that JSON forbids is a problem at its line and column.
 */
export function parseJsonSection<T>(file: string, section: Section, schema: z.ZodType<T>): Parsed<T> {
  const name = section.name as SectionName
  const errors: ParseError[] = []
  const tree = parseTree(section.text, errors, {allowTrailingComma: false, disallowComments: true})
  const say = (message: string, offset: number): Problem => ({
    section: name,
    message,
    at: locate(file, section, offset),
  })

  const isControlCharacter = ({error}: ParseError): boolean => printParseErrorCode(error) === 'InvalidCharacter'
  const warnings = errors
    .filter(isControlCharacter)
    .map(({offset}) => say('A control character stands unescaped in a string.', offset))
  const problems = errors
    .filter((error) => !isControlCharacter(error))
    .map(({error, offset}) => say(`This is not valid JSON: ${sentence(printParseErrorCode(error))}.`, offset))
  if (problems.length > 0) return {value: undefined, problems, warnings}
  if (!tree) return {value: undefined, problems: [say('The section is empty where JSON is needed.', 0)], warnings}

  const result = schema.safeParse(getNodeValue(tree))
  if (result.success) return {value: result.data, problems: [], warnings}
  const misfits = result.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    const found = path.findLast((_, index) => findNodeAtLocation(tree, path.slice(0, index + 1)))
    const node = findNodeAtLocation(tree, found === undefined ? [] : path.slice(0, path.lastIndexOf(found) + 1)) ?? tree
    return say(`${path.join('.') || 'The value'}: ${issue.message}.`, node.offset)
  })
  return {value: undefined, problems: misfits, warnings}
}

/** `CommaExpected` reads as "comma expected". */
function sentence(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase()
}
