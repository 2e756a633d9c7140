import {apiNames} from '../apis/registry.ts'
import {compileProgram} from '../sandbox/compile.ts'
import type {Program} from '../sandbox/program.ts'
import {SandboxError} from '../sandbox/sandbox.ts'
import type {Run, RunHost, Sandbox} from '../sandbox/sandbox.ts'
import type {Template, TemplateScenario} from '../tpl/template.ts'
import {createMatchers, isEqual, TestFailure} from './matchers.ts'
import {toText} from '../text.ts'

/** How one of a template's own tests ended; `problem` says why it did not pass. */
export type ScenarioResult = {readonly name: string; readonly passed: boolean; readonly problem?: string}

type ScenarioDeps = {
  readonly sandbox: Sandbox
  /** Starts the template under test. */
  readonly start: (host: RunHost) => Run
  /** Gives the live APIs by name, undefined for those that live in the realm; `note` gets errors in callbacks. */
  readonly live: (note: (problem: unknown) => void) => (name: string) => unknown
  /** Settles when callbacks and promises that the scenario started have had their turn. */
  readonly settle: () => Promise<void>
}

type Callable = (...args: readonly unknown[]) => unknown
const testApi = ['runCode', 'mock', 'mockObject', 'assertApi', 'assertThat', 'fail']

/**
 * Runs one test of a template's TESTS section, confined as the template itself: setup first, then the scenario in a
 * scope of its own. Late failures, in callbacks and promises, count.
 */
export async function runScenario(
  template: Template,
  scenario: TemplateScenario,
  deps: ScenarioDeps,
): Promise<ScenarioResult> {
  const {name} = scenario
  const program = compileScenario(template, scenario)
  if (typeof program === 'string') return {name, passed: false, problem: program}
  const problems: string[] = []
  const note = (problem: unknown): void => void problems.push(describe(problem))
  const bench = createBench(deps, note)
  const run = deps.sandbox.load(program)({resolve: bench.resolve, unhandled: note})
  try {
    run.call(bench.api)
  } catch (problem) {
    note(problem)
  }
  await deps.settle()
  run.end()
  const [problem] = problems
  return problem === undefined ? {name, passed: true} : {name, passed: false, problem}
}

/** Setup and scenario as one program; the scenario is a function, so that it may redeclare what setup declares. */
function compileScenario({file, tests}: Template, scenario: TemplateScenario): Program | string {
  const [first, ...names] = testApi
  const head = [first, ...names].map((name) => `const ${name} = api.${name};`).join(' ')
  const text = `${head}\n${tests.setup}\n(function() {\n${scenario.code}\n})();`
  const source = {file, text, line: tests.setupLine, parameters: ['api'], offered: ['require']}
  const compiled = compileProgram(`test:${scenario.name.replaceAll(/[^\w-]+/g, '-')}`, source, apiNames)
  if (compiled.ok) return compiled.program
  return compiled.refusals.map(({message, excerpt}) => `${message}\n${excerpt}`).join('\n')
}

/** Mocks, call records and the six functions that test code is offered. */
function createBench({start, live}: ScenarioDeps, note: (problem: unknown) => void) {
  const resolve = live(note)
  const mocks = new Map<string, unknown>()
  const calls = new Map<string, (readonly unknown[])[]>()
  const record = (name: string, args: readonly unknown[]): void =>
    void calls.set(name, [...(calls.get(name) ?? []), args])

  /** Looks the mock up at the call, so that one set after `require` counts too. */
  const spy =
    (name: string, real: unknown): Callable =>
    (...args) => {
      record(name, args)
      const target = mocks.has(name) ? mocks.get(name) : real
      return typeof target === 'function' ? (target as Callable)(...args) : target
    }
  const find = (name: string): unknown => {
    const real = resolve(name)
    if (typeof real === 'object' && real !== null) return mocks.get(name) ?? real
    return real === undefined && !mocks.has(name) ? undefined : spy(name, real)
  }
  const assertApi = (name: unknown) => {
    const made = calls.get(toText(name)) ?? []
    const was = (args: readonly unknown[]): boolean => made.some((call) => isEqual(call, args))
    const check = (passes: boolean, text: string): void => {
      if (!passes) throw new TestFailure(`${toText(name)} ${text}; calls: ${JSON.stringify(made)}`)
    }
    return {
      wasCalled: () => check(made.length > 0, 'was not called'),
      wasNotCalled: () => check(made.length === 0, 'was called'),
      wasCalledWith: (...args: readonly unknown[]) => check(was(args), `was not called with ${JSON.stringify(args)}`),
      wasNotCalledWith: (...args: readonly unknown[]) => check(!was(args), `was called with ${JSON.stringify(args)}`),
    }
  }
  return {
    resolve: (name: string) => find(name),
    api: {
      runCode: (data: unknown) => {
        const run = start({resolve: find, unhandled: note})
        const given = typeof data === 'object' && data !== null ? data : {}
        const done = {gtmOnSuccess: spy('gtmOnSuccess', undefined), gtmOnFailure: spy('gtmOnFailure', undefined)}
        return run.call({...done, ...given})
      },
      mock: (name: unknown, value: unknown) => void mocks.set(toText(name), value),
      mockObject: (name: unknown, value: unknown) => void mocks.set(toText(name), value),
      assertApi,
      assertThat: createMatchers,
      fail: (message: unknown) => {
        throw new TestFailure(message === undefined ? 'the test called fail' : toText(message))
      },
    },
  }
}

function describe(problem: unknown): string {
  if (!(problem instanceof SandboxError)) return problem instanceof Error ? problem.message : toText(problem)
  return problem.at ? `${problem.at.line}:${problem.at.column} ${problem.message}` : problem.message
}
