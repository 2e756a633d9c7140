import type {Bus} from '#runtime/kernel/bus.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import type {Coverage} from '#runtime/sgtm/testing/coverage.ts'
import type {ScenarioResult, TestMode} from '#runtime/sgtm/testing/run-scenario.ts'
import {testTemplate} from '#runtime/sgtm/testing/test-template.ts'
import {parseTemplate} from '#runtime/sgtm/tpl/parse-template.ts'
import {templateInvalid} from '#runtime/sgtm/tpl/read-template.ts'
import {findTemplates} from './find-templates.ts'
import type {TemplateSource} from './find-templates.ts'
import {createLiveFirestore} from './live-firestore.ts'
import type {LiveFirestore} from './live-firestore.ts'
import {isWebOnly} from './web-template.ts'

/** What became of one template. `untested`: it has no tests, or none that was wanted, or is one for web containers. */
export type TestedTemplate = {
  readonly file: string
  readonly name: string
  readonly kind: 'CLIENT' | 'TAG' | 'MACRO' | undefined
  readonly verdict: 'passed' | 'failed' | 'untested' | 'invalid'
  /** Why there is nothing to run. */
  readonly reason?: string
  /** What is not as it should be, and was mended for the tests. */
  readonly notes: readonly string[]
  readonly problems: readonly {readonly message: string; readonly at: SourceLocation}[]
  readonly scenarios: readonly ScenarioResult[]
  /** Lines are those of its file. */
  readonly coverage?: Coverage & {readonly file: string}
}

export type TestedTemplates = {
  readonly templates: readonly TestedTemplate[]
  readonly mode: TestMode
  readonly passed: number
  readonly failed: number
  readonly durationMs: number
  readonly exit: number
}

export type TestTemplatesOptions = {
  readonly paths: readonly string[]
  /** Parts of names of tests; none means all. */
  readonly only: readonly string[]
  readonly mode: TestMode
  readonly version: string
  readonly bus: Bus
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Runs the tests of all templates that the paths lead to and states them on the log. A template that is broken does
 * not keep the others from being run.
 * @throws {StitchError} STITCH_USAGE for paths without templates, STITCH_NOTHING_SELECTED where `only` fits no test
 */
export async function testTemplates(options: TestTemplatesOptions): Promise<TestedTemplates> {
  const {paths, only, mode, version, bus, clock, signal} = options
  const began = clock.now()
  const sources = await findTemplates(paths)
  bus.emit({type: 'log.opened', version: 1, stitch: version})
  const scenarios = sources.map(({name}) => ({id: name, title: name, steps: 0}))
  bus.emit({type: 'run.started', command: 'template test', engine: 'none', async: false, scenarios})
  const templates: TestedTemplate[] = []
  await using firestore = createLiveFirestore(signal)
  for (const source of sources) {
    signal.throwIfAborted()
    const tested = await testSource(source, options, firestore.apart)
    stateChecks(tested, bus)
    templates.push(tested)
  }
  const results = templates.flatMap((one) => one.scenarios)
  if (only.length > 0 && results.length === 0 && templates.every(({verdict}) => verdict === 'untested')) {
    throw new StitchError(`No test has a name with ${only.join(' or ')} in it, so none was run.`, {
      code: 'STITCH_NOTHING_SELECTED',
      exit: 'usage',
      hints: [`stitch template test ${paths.join(' ')}`],
    })
  }
  const failed = results.filter((result) => !result.passed).length
  const passed = results.length - failed
  const isInvalid = templates.some(({verdict}) => verdict === 'invalid')
  const exit = isInvalid ? EXIT.config : failed > 0 ? EXIT.failed : EXIT.ok
  const durationMs = clock.now() - began
  bus.emit({type: 'run.ended', passed, failed: failed + (isInvalid ? 1 : 0), durationMs, exit})
  return {templates, mode, passed, failed, durationMs, exit}
}

async function testSource(
  source: TemplateSource,
  options: TestTemplatesOptions,
  firestore: LiveFirestore['apart'],
): Promise<TestedTemplate> {
  const {clock, mode, only} = options
  const base = {file: source.name, name: '', kind: undefined, notes: [], problems: [], scenarios: []}
  if (source.problem) return {...base, verdict: 'invalid', problems: problemsOf(source.problem, source)}
  if (isWebOnly(source.text)) {
    const reason = 'a template for a web container; its tests need the APIs of a browser and were not run'
    return {...base, verdict: 'untested', reason}
  }
  const parsed = parseTemplate(source.name, source.text)
  try {
    if (!parsed.ok) throw templateInvalid(source.name, parsed.problems)
    const {template} = parsed
    const head = {...base, name: template.displayName, kind: template.kind}
    if (template.tests.scenarios.length === 0) return {...head, verdict: 'untested', reason: 'has no tests'}
    const isWanted = (name: string): boolean => only.length === 0 || only.some((part) => name.includes(part))
    const {results, coverage, notes} = await testTemplate(template, source.text, {
      clock,
      emit: () => {},
      mode,
      firestore,
      isWanted,
    })
    if (results.length === 0) return {...head, verdict: 'untested', reason: 'has no test of that name'}
    const scenarios = results.map((result) => relocate(result, source))
    const first = source.locate({file: source.name, line: template.code.line, column: 1})
    const shift = first.line - template.code.line
    const lines = coverage.lines.map(({line, count}) => ({line: line + shift, count}))
    return {
      ...head,
      notes,
      verdict: scenarios.every(({passed}) => passed) ? 'passed' : 'failed',
      scenarios,
      coverage: {...coverage, lines, file: first.file},
    }
  } catch (error) {
    if (!(error instanceof StitchError)) throw error
    return {...base, verdict: 'invalid', problems: problemsOf(error, source)}
  }
}

function relocate(result: ScenarioResult, {locate}: TemplateSource): ScenarioResult {
  const failures = result.failures.map((failure) => ({...failure, at: locate(failure.at)}))
  return {...result, at: locate(result.at), failures}
}

/** The reader lists each problem with its place as a hint. */
function problemsOf({message, hints, at}: StitchError, {name, locate}: TemplateSource): TestedTemplate['problems'] {
  const listed = hints.flatMap((hint) => {
    const [, line, column, text] = /:(\d+):(\d+) (.*)$/s.exec(hint) ?? []
    return line && column && text
      ? [{message: text, at: locate({file: name, line: Number(line), column: Number(column)})}]
      : []
  })
  return listed.length > 0 ? listed : [{message, at: locate(at ?? {file: name, line: 1, column: 1})}]
}

function stateChecks({file, scenarios, problems}: TestedTemplate, bus: Bus): void {
  for (const {name, passed, failures, at} of scenarios) {
    const [first] = failures
    bus.emit({
      type: 'check.settled',
      scenario: file,
      step: name,
      check: first?.message ?? 'passes',
      passed,
      ...(first?.expected === undefined ? {} : {expected: first.expected}),
      ...(first?.actual === undefined ? {} : {actual: first.actual}),
      at_file: first?.at ?? at,
    })
  }
  for (const {message, at} of problems) {
    bus.emit({type: 'check.settled', scenario: file, step: 'template', check: message, passed: false, at_file: at})
  }
}
