import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {apiNames} from '../apis/registry.ts'
import {compileProgram} from '../sandbox/compile.ts'
import {parseProgram} from '../sandbox/parse-program.ts'
import type {Objection, Program, Source} from '../sandbox/program.ts'
import {locateStack} from '../sandbox/sandbox.ts'
import type {RunHost, Sandbox} from '../sandbox/sandbox.ts'
import {findUndeclared} from '../sandbox/scopes.ts'
import type {Template, TemplateScenario} from '../tpl/template.ts'
import {createBench} from './bench.ts'
import type {Bench, BenchHost} from './bench.ts'
import {createComparison, createMatchers} from './matchers.ts'
import {createInstantPromises} from './instant-promises.ts'
import {writeScenario} from './scenario-source.ts'
import type {ScenarioSource} from './scenario-source.ts'
import {toText} from '../text.ts'

/** Why a test did not pass, and where: the line of the test's failed assertion, or of the template's error. */
export type TestFailure = {
  readonly message: string
  readonly at: SourceLocation
  /** The lines around the place with a caret, for code that was refused. */
  readonly excerpt?: string
  readonly expected?: string
  readonly actual?: string
  /** It came in a callback or promise, after the test's own code had ended. */
  readonly late: boolean
}

/** How one of a template's own tests ended. */
export type ScenarioResult = {
  readonly name: string
  readonly at: SourceLocation
  readonly passed: boolean
  /** The first counts; those of a mode that ignores late ones are not among them. */
  readonly failures: readonly TestFailure[]
  readonly notes: readonly string[]
}

/** Strict waits for callbacks and promises; `gtm` ignores what fails after the test's own code, as Tag Manager does. */
export type TestMode = 'strict' | 'gtm'

export type ScenarioDeps = {
  readonly sandbox: Sandbox
  /** The template under test, with its statements counted. */
  readonly program: Program
  readonly mode: TestMode
  /** The file's lines, for finding places. */
  readonly lines: readonly string[]
  /** Finds live APIs, undefined for those that live in the realm; `note` gets errors in callbacks. */
  readonly live: (note: (problem: unknown) => void) => RunHost['resolve']
  /** Settles when callbacks and promises that the scenario started have had their turn. */
  readonly settle: () => Promise<void>
  /** What happened beside: requests that were not sent. */
  readonly notes: () => readonly string[]
}

export type CountedResult = ScenarioResult & {readonly counts: Readonly<Record<string, number>>}

/** Runs one test of a TESTS section, confined as the template itself, and counts the template's statements. */
export async function runScenario(
  template: Template,
  scenario: TemplateScenario,
  deps: ScenarioDeps,
): Promise<CountedResult> {
  const {name} = scenario
  const at = {file: template.file, line: scenario.line, column: 1}
  const label = `test:${name.replaceAll(/[^\w-]+/g, '-')}`
  const toSource = ({text}: ScenarioSource): Source => ({
    file: label,
    text,
    line: 1,
    parameters: ['api'],
    offered: ['require'],
  })
  const asWritten = writeScenario(template, scenario, deps.lines)
  const forgotten = usesUndeclared(toSource(asWritten), 'Promise') ? ['Promise'] : []
  const plain = writeScenario(template, scenario, deps.lines, {required: forgotten})
  const isOneScope = !('message' in parseProgram(toSource(plain)))
  const source = isOneScope ? plain : writeScenario(template, scenario, deps.lines, {required: forgotten, nested: true})
  const compiled = compileProgram(label, toSource(source), apiNames)
  if (!compiled.ok) {
    const failures = compiled.refusals.map((refusal) => toFailure(refusal, source))
    return {name, at, passed: false, failures, notes: [], counts: {}}
  }
  const {failures, counts} = await runCompiled(compiled.program, source, deps)
  const counted = deps.mode === 'strict' ? failures : failures.filter(({late}) => !late)
  return {
    name,
    at,
    passed: counted.length === 0,
    failures: counted,
    notes: [...forgotten.map(forgottenNote), ...deps.notes()],
    counts,
  }
}

/** One published suite uses `Promise` like this; whether Tag Manager lets it pass is not known. */
function usesUndeclared(source: Source, name: string): boolean {
  const parsed = parseProgram(source)
  if ('message' in parsed) return false
  return findUndeclared(parsed.root, new Set(['require'])).some((found) => found.name === name)
}

function forgottenNote(name: string): string {
  return `The test uses ${name} without \`const ${name} = require('${name}');\`, which Tag Manager may refuse.`
}

async function runCompiled(
  test: Program,
  source: ScenarioSource,
  {sandbox, program, mode, live, settle, notes}: ScenarioDeps,
): Promise<{readonly failures: readonly TestFailure[]; readonly counts: Readonly<Record<string, number>>}> {
  const failures: TestFailure[] = []
  let late = false
  const place = (found: SourceLocation | undefined): SourceLocation =>
    found && found.file === program.source.file ? found : source.locate(found?.line ?? 1, found?.column ?? 1)
  const failed: BenchHost['failed'] = ({message, sides, stack, inCallback}) => {
    const frames = locateStack([program, test], stack)
    const at = place(frames.find(({file}) => file === test.source.file) ?? frames[0])
    failures.push({message, at, ...sides, late: late || inCallback})
  }
  const note = (problem: unknown): void => {
    const {message, at} = problem as {message?: string; at?: SourceLocation}
    const text = message ?? toText(problem)
    // An assertion that failed was told at that moment; here its error arrives.
    if (failures.some((known) => known.message === text)) return
    if (isUnsent(text) && notes().length > 0) return
    const isValue = /^[{"\d]/.test(text)
    failures.push({
      message: isValue ? `A promise was rejected with ${text} and nothing handled it.` : text,
      at: place(at),
      late,
    })
  }
  const run = sandbox.loadTogether({label: 'stitch:bench', text: benchText}, [program, test])({
    resolve: live(note),
    unhandled: note,
  })
  const bench = run.call({failed, instant: mode === 'gtm'} satisfies BenchHost) as Bench
  try {
    bench.run()
  } catch (problem) {
    note(problem)
  }
  late = true
  await settle()
  const counts = bench.counts()
  run.end()
  return {failures, counts}
}

/** The reason with which a request that was not sent is rejected. */
function isUnsent(text: string): boolean {
  return text.includes('"reason":"failed"')
}

function toFailure({message, at, excerpt}: Objection, source: ScenarioSource): TestFailure {
  const place = source.locate(at.line, at.column)
  const number = String(place.line)
  const [, line = ''] = /^\d+ (\| .*)$/m.exec(excerpt) ?? []
  const caret = excerpt.split('\n')[1]?.replace(/^ *\|/, `${' '.repeat(number.length)} |`) ?? ''
  return {message, at: place, excerpt: `${number} ${line}\n${caret}`, late: false}
}

/** The bench with what it needs, as one function of meter, `require` and the factories of template and test. */
const benchText = `(function(meter, require, template, test) {
  'use strict'
  const parts = {
    createComparison: ${createComparison.toString()},
    createMatchers: ${createMatchers.toString()},
    createInstantPromises: ${createInstantPromises.toString()},
  }
  return (${createBench.toString()})(parts, meter, require, template, test)
})`
