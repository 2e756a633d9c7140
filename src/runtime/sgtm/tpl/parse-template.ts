import type {z} from 'zod'
import {parseJsonSection} from './parse-json-section.ts'
import {noTests, parseScenarios} from './parse-scenarios.ts'
import {Info, Parameters, Permissions} from './schema.ts'
import {splitSections} from './split-sections.ts'
import type {Section} from './split-sections.ts'
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
  const foreign = refuseForeign(file, sections)
  if (foreign) return {ok: false, problems: [foreign]}
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

/** One sentence for a file of another kind, instead of everything that it lacks. */
function refuseForeign(file: string, sections: readonly Section[]): Problem | undefined {
  const has = (name: string): boolean => sections.some((section) => section.name === name)
  const say = (message: string, line: number): Problem => ({section: 'file', message, at: {file, line, column: 1}})
  if (sections.length === 0) return say('This is no template: no line of it is a marker such as ___INFO___.', 1)
  const web = sections.find(({name}) => name === 'SANDBOXED_JS_FOR_WEB_TEMPLATE')
  if (!web || has('SANDBOXED_JS_FOR_SERVER')) return undefined
  return say(
    'This template is for a web container, which runs in browsers, so no server container can run it.',
    web.line - 1,
  )
}

function missing(file: string, name: SectionName): Problem {
  return {section: 'file', message: `There is no ___${name}___ section.`, at: {file, line: 1, column: 1}}
}
