import {readFile} from 'node:fs/promises'
import {StitchError} from '#runtime/kernel/errors.ts'
import {parseTemplate} from './parse-template.ts'
import type {Problem, Template} from './template.ts'

/** Reads a `.tpl` file. @throws {StitchError} STITCH_TEMPLATE_INVALID for a file that is missing or broken. */
export async function readTemplate(file: string): Promise<Template> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new StitchError(`The template ${file} cannot be read, so no container was started with it.`, {
      code: 'STITCH_TEMPLATE_INVALID',
      exit: 'config',
      hints: ['Check the `template` path in container.json: it is relative to that file.'],
      cause,
    })
  }
  const parsed = parseTemplate(file, text)
  if (!parsed.ok) throw templateInvalid(file, parsed.problems)
  return parsed.template
}

/** One error for all problems of a template: the first leads, all of them are listed as hints. */
export function templateInvalid(file: string, problems: readonly Problem[]): StitchError {
  const [first] = problems
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const place = first && first.section !== 'file' ? ` in its section ${first.section}` : ''
  return new StitchError(`The template ${file} has ${count}${place}, so it was not run.`, {
    code: 'STITCH_TEMPLATE_INVALID',
    exit: 'config',
    hints: problems.map(({section, message, at}) => `${at.file}:${at.line}:${at.column} ${section}: ${message}`),
    ...(first ? {at: first.at} : {}),
  })
}
