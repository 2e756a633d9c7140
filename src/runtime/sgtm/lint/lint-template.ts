import type {AnyNode} from 'acorn'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {apiNames} from '../apis/registry.ts'
import {compileProgram} from '../sandbox/compile.ts'
import {objectAt} from '../sandbox/excerpt.ts'
import {parseProgram} from '../sandbox/parse-program.ts'
import {childrenOf} from '../sandbox/scopes.ts'
import {parseTemplate} from '../tpl/parse-template.ts'
import type {Problem, Template} from '../tpl/template.ts'
import {checkParameters} from './check-parameters.ts'
import {checkPermissions} from './check-permissions.ts'
import {checkWidths} from './check-widths.ts'
import {findUnanswered} from './check-answers.ts'
import type {Unanswered} from './check-answers.ts'
import {gatherFacts, isName} from './code-facts.ts'
import {findDeadCode} from './dead-code.ts'
import type {DeadPiece} from './dead-code.ts'
import type {Finding} from './finding.ts'
import {findPlaces} from './places.ts'

/** Everything that can be found out about a template without running it, in the order of the file. */
export function lintTemplate(file: string, text: string): readonly Finding[] {
  const parsed = parseTemplate(file, text)
  const findings = parsed.ok ? lintParsed(parsed.template, text) : firstOfEach(parsed.problems).map(invalid)
  return [...findings].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** One mistake in JSON leads to many more behind it: the first few of a section will do. */
function firstOfEach(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({section}, index) => problems.slice(0, index).filter((other) => other.section === section).length < mostPerSection,
  )
}

const mostPerSection = 3

function invalid({message, at}: {readonly message: string; readonly at: SourceLocation}): Finding {
  return {
    rule: 'invalid-template',
    severity: 'error',
    message,
    hint: 'Tag Manager does not import such a file',
    at,
  }
}

function lintParsed(template: Template, text: string): readonly Finding[] {
  const {file, code, warnings} = template
  const source = {file, text: code.text, line: code.line, parameters: ['data'], offered: ['require']}
  const compiled = compileProgram('template:lint', source, apiNames)
  const odd = warnings.map(({message, at}): Finding => ({
    rule: 'odd-file',
    severity: 'warning',
    message,
    hint: 'export the template anew from Tag Manager',
    at,
  }))
  if (!compiled.ok) {
    const refused = compiled.refusals.map(({message, at}): Finding => ({
      rule: 'refused-code',
      severity: 'error',
      message,
      hint: 'the language is described in docs/templates.md',
      at,
    }))
    return [...odd, ...refused]
  }
  const methods = compiled.program.warnings.map(({message, at}): Finding => ({
    rule: 'undocumented-method',
    severity: 'warning',
    message,
    hint: 'Tag Manager may not have it: write it with documented methods',
    at,
  }))
  const program = parseProgram(source)
  if ('message' in program) return odd
  const {root, statements, shift} = program
  const locate = (node: AnyNode): SourceLocation => objectAt(source, node.start - shift, '').at
  const facts = gatherFacts(root)
  const places = findPlaces(file, text)
  return [
    ...odd,
    ...methods,
    ...checkPermissions(template.permissions, facts, places, locate),
    ...checkWidths(template.permissions, facts, referencesIn(root), places),
    ...checkParameters(template.parameters, facts, places, locate),
    ...findDeadCode(statements).map((piece) => toDeadCode(piece, locate)),
    ...(template.kind === 'CLIENT' ? findUnanswered(statements, facts).map((one) => toUnanswered(one, locate)) : []),
  ]
}

/** Identifiers that read variables: each use of an API that was required under a name. */
function referencesIn(root: AnyNode): readonly AnyNode[] {
  const found: AnyNode[] = []
  const visit = (node: AnyNode, parent: AnyNode | undefined): void => {
    if (node.type === 'Identifier' && !isName(node, parent)) found.push(node)
    for (const child of childrenOf(node)) visit(child, node)
  }
  visit(root, undefined)
  return found
}

function toDeadCode({node, what, name}: DeadPiece, locate: (node: AnyNode) => SourceLocation): Finding {
  const base = {rule: 'dead-code', severity: 'warning', at: locate(node)} as const
  if (what === 'unreachable')
    return {...base, message: 'This is never reached: what stands before it always ends.', hint: 'remove it'}
  const noun = what === 'function' ? 'function' : 'name'
  return {...base, message: `The ${noun} ${name} is never used.`, hint: `remove ${name}`}
}

function toUnanswered({node, why}: Unanswered, locate: (node: AnyNode) => SourceLocation): Finding {
  const base = {rule: 'unanswered-request', at: locate(node)} as const
  switch (why) {
    case 'never':
      return {
        ...base,
        severity: 'error',
        message: 'The request is claimed, but the template never calls returnResponse, so no one gets an answer.',
        hint: 'call returnResponse, in the callback of runContainer where tags may add to the answer',
      }
    case 'path':
      return {
        ...base,
        severity: 'warning',
        message: 'A path on which the request is claimed ends here without returnResponse.',
        hint: 'call returnResponse before, or claim the request later',
      }
    case 'rejection':
      return {
        ...base,
        severity: 'warning',
        message: 'Where this request fails, the claimed request is never answered: only success is waited for.',
        hint: 'add a catch, or a second function to then, that calls returnResponse',
      }
    default:
      return why satisfies never
  }
}
