import {gatherFacts} from '../lint/code-facts.ts'
import {permissionOf} from '../lint/needs.ts'
import {parseProgram} from '../sandbox/parse-program.ts'
import type {Template} from '../tpl/template.ts'

/** Permissions in which nothing can be chosen, or which have a default. */
const automatic: ReadonlySet<string> = new Set([
  'access_template_storage',
  'logging',
  'read_container_data',
  'read_event_metadata',
  'return_response',
  'run_container',
])

/**
 * The template as Tag Manager's editor, where its tests are run, has it: permissions in which nothing is to be chosen
 * are declared there as soon as the code requires an API that needs them. Published templates lack some of them, and
 * have tests that need them all the same.
 */
export function detectPermissions(template: Template): {
  readonly template: Template
  readonly notes: readonly string[]
} {
  const {file, code, permissions} = template
  const parsed = parseProgram({file, text: code.text, line: code.line, parameters: ['data'], offered: ['require']})
  if ('message' in parsed) return {template, notes: []}
  const declared = new Set(permissions.map(({publicId}) => publicId))
  const needed = gatherFacts(parsed.root).required.flatMap(({api}) => permissionOf[api] ?? [])
  const missing = [...new Set(needed)].filter((publicId) => automatic.has(publicId) && !declared.has(publicId))
  if (missing.length === 0) return {template, notes: []}
  return {
    template: {...template, permissions: [...permissions, ...missing.map((publicId) => ({publicId, params: {}}))]},
    notes: missing.map((publicId) => `The permission ${publicId} is not declared; tests run as if it were.`),
  }
}
