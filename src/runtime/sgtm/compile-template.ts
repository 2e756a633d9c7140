import {apiNames} from './apis/registry.ts'
import {compileProgram} from './sandbox/compile.ts'
import type {Objection, Program} from './sandbox/program.ts'
import {templateInvalid} from './tpl/read-template.ts'
import type {Problem, Template} from './tpl/template.ts'

/**
 * Compiles a template's code.
 * @param counting for coverage: the program then takes a function that is told of each statement that runs
 * @throws {StitchError} STITCH_TEMPLATE_INVALID with every refusal
 */
export function compileCode({file, code, displayName}: Template, counting = false): Program {
  const source = {file, text: code.text, line: code.line, parameters: ['data'], offered: ['require']}
  const label = `template:${displayName.replaceAll(/[^\w-]+/g, '-')}`
  const compiled = compileProgram(label, source, apiNames, counting)
  if (!compiled.ok) throw templateInvalid(file, compiled.refusals.map(toProblem))
  return compiled.program
}

/** An objection to code as a problem of the file. */
export function toProblem({message, at, excerpt}: Objection): Problem {
  return {section: 'SANDBOXED_JS_FOR_SERVER', message: `${message}\n${excerpt}`, at}
}
