import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT} from '#runtime/kernel/errors.ts'
import type {StitchError} from '#runtime/kernel/errors.ts'
import type {Finding} from '#runtime/sgtm/lint/finding.ts'
import {lintTemplate} from '#runtime/sgtm/lint/lint-template.ts'
import {findTemplates} from './find-templates.ts'
import {isWebOnly} from './web-template.ts'

export type CheckedTemplate = {
  readonly file: string
  readonly findings: readonly Finding[]
  /** Why it was not looked at. */
  readonly reason?: string
}

export type CheckedTemplates = {
  readonly templates: readonly CheckedTemplate[]
  readonly errors: number
  readonly warnings: number
  readonly exit: number
}

export type CheckTemplatesOptions = {
  readonly paths: readonly string[]
  /** Warnings fail as errors do. */
  readonly strict: boolean
  readonly version: string
  readonly bus: Bus
  readonly clock: Clock
}

/**
 * Looks at all templates that the paths lead to, without running them, and states what was found on the log.
 * @throws {StitchError} STITCH_USAGE for paths without templates
 */
export async function checkTemplates(options: CheckTemplatesOptions): Promise<CheckedTemplates> {
  const {paths, strict, version, bus, clock} = options
  const began = clock.now()
  const sources = await findTemplates(paths)
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  const scenarios = sources.map(({name}) => ({id: name, title: name, steps: 0}))
  bus.emit({type: 'run.started', command: 'template check', engine: 'none', async: false, scenarios})
  const templates = sources.map(({name, text, problem, locate}): CheckedTemplate => {
    if (problem) return {file: name, findings: [toFinding(problem, name)]}
    if (isWebOnly(text)) return {file: name, findings: [], reason: 'a template for a web container'}
    return {file: name, findings: lintTemplate(name, text).map((finding) => ({...finding, at: locate(finding.at)}))}
  })
  const all = templates.flatMap(({findings}) => findings)
  const errors = all.filter(({severity}) => severity === 'error').length
  const failed = strict ? all.length : errors
  for (const {file, findings, reason} of templates) {
    for (const {rule, severity, message, at} of findings) {
      const passed = severity === 'warning' && !strict
      bus.emit({type: 'check.settled', scenario: file, step: rule, check: message, passed, at_file: at})
    }
    if (findings.length === 0 && reason === undefined)
      bus.emit({type: 'check.settled', scenario: file, step: 'template', check: 'nothing was found', passed: true})
  }
  const exit = failed > 0 ? EXIT.failed : EXIT.ok
  const passed = all.length - failed
  bus.emit({type: 'run.ended', passed, failed, durationMs: clock.now() - began, exit})
  return {templates, errors, warnings: all.length - errors, exit}
}

function toFinding({message, hints, at}: StitchError, file: string): Finding {
  const [hint = ''] = hints
  return {rule: 'invalid-template', severity: 'error', message, hint, at: at ?? {file, line: 1, column: 1}}
}
