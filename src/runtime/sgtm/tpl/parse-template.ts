import type {z} from 'zod'
import {parseJsonSection} from './parse-json-section.ts'
import {noTests, parseScenarios} from './parse-scenarios.ts'
import {Info, Parameters, Permissions} from './schema.ts'
import {splitSections} from './split-sections.ts'
import type {Problem, SectionName, Template} from './template.ts'

/** A template, or everything that is wrong with the file. */
type ParsedTemplate =
  | {readonly ok: true; readonly template: Template}
  | {readonly ok: false; readonly problems: readonly Problem[]}

/**
 * Reads the text of a `.tpl` file. Permissions, tests and notes may be missing (GTM leaves out what is empty); the
 * code is not judged here, see `sandbox/compile.ts`.
 * @param file names the file in problems
 */
export function parseTemplate(file: string, text: string): ParsedTemplate {
  const sections = splitSections(text)
  const find = (name: SectionName) => sections.find((section) => section.name === name)
  const problems: Problem[] = []
  const warnings: Problem[] = []

  const read = <T>(name: SectionName, schema: z.ZodType<T>, fallback?: T): T | undefined => {
    const section = find(name)
    if (!section || (fallback !== undefined && section.text.trim() === '')) {
      if (fallback === undefined) problems.push(missing(file, name))
      return fallback
    }
    const parsed = parseJsonSection(file, section, schema)
    problems.push(...parsed.problems)
    warnings.push(...parsed.warnings)
    return parsed.value
  }

  const info = read('INFO', Info)
  const parameters = read('TEMPLATE_PARAMETERS', Parameters, [])
  const permissions = read('SERVER_PERMISSIONS', Permissions, [])
  const code = find('SANDBOXED_JS_FOR_SERVER')
  if (!code) problems.push(missing(file, 'SANDBOXED_JS_FOR_SERVER'))
  const testSection = find('TESTS')
  const {tests, problems: testProblems} = testSection
    ? parseScenarios(file, testSection)
    : {tests: noTests, problems: []}
  problems.push(...testProblems)

  if (problems.length > 0 || !info || !parameters || !permissions || !code) return {ok: false, problems}
  return {
    ok: true,
    template: {
      file,
      kind: info.type,
      displayName: info.displayName,
      parameters,
      code: {text: code.text, line: code.line},
      permissions,
      tests,
      notes: find('NOTES')?.text.trim() ?? '',
      warnings,
    },
  }
}

function missing(file: string, name: SectionName): Problem {
  const message = `There is no ___${name}___ section${name === 'SANDBOXED_JS_FOR_SERVER' ? ', as in a template for a web container' : ''}.`
  return {section: 'file', message, at: {file, line: 1, column: 1}}
}
