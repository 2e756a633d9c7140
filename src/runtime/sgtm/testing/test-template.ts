import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {newSpanId, newTraceId} from '#runtime/kernel/ids.ts'
import type {IncomingRequest} from '../apis/api.ts'
import type {OpenDatabase} from '../apis/firestore/database.ts'
import {createResolve} from '../apis/registry.ts'
import {compileCode} from '../compile-template.ts'
import {createSandbox} from '../sandbox/sandbox.ts'
import {createExchange} from '../server/exchange.ts'
import {createRing} from '../server/ring.ts'
import {createContext} from '../server/run-instance.ts'
import {createTimers} from '../server/timers.ts'
import type {Template, TemplateScenario} from '../tpl/template.ts'
import {createCoverage} from './coverage.ts'
import type {Coverage} from './coverage.ts'
import {detectPermissions} from './detect-permissions.ts'
import {createPending} from './settle.ts'
import type {Pending} from './settle.ts'
import {runScenario} from './run-scenario.ts'
import type {CountedResult, ScenarioDeps, ScenarioResult, TestMode} from './run-scenario.ts'

/**
 * What a scenario that mocks nothing sees. Published templates log the header `trace-id` and have tests that expect it,
 * so requests in Tag Manager's editor seem to have one.
 */
const request: IncomingRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: {'trace-id': '0'},
  body: undefined,
  remoteAddress: '127.0.0.1',
}

export type TestOptions = {
  readonly clock: Clock
  readonly emit: Emit
  readonly mode: TestMode
  /** Gives each test databases of its own; without it there is no Firestore. */
  readonly firestore?: (() => OpenDatabase) | undefined
  /** Which tests, by name. */
  readonly isWanted: (name: string) => boolean
}

/**
 * Runs a template's own tests. APIs that a scenario does not mock are live, with a request, a response and a storage of
 * the scenario's own; outbound requests are not sent, since a test that sends is a test that forgot a mock.
 * @param text the file's text, in which places are found
 * @throws {StitchError} STITCH_TEMPLATE_INVALID
 */
export async function testTemplate(
  written: Template,
  text: string,
  {clock, emit, mode, firestore, isWanted}: TestOptions,
): Promise<{
  readonly results: readonly ScenarioResult[]
  readonly coverage: Coverage
  readonly notes: readonly string[]
}> {
  const {template, notes} = detectPermissions(written)
  const lines = text.split(/\r\n?|\n/)
  const results: ScenarioResult[] = []
  const program = compileCode(template, true)
  const coverage = createCoverage(program)
  let later = createTimers().later
  // One realm for all: making one takes longer than most tests, and runs share nothing in it.
  const sandbox = createSandbox((ms, callback) => later(ms, callback))
  for (const scenario of template.tests.scenarios.filter(({name}) => isWanted(name))) {
    using timers = createTimers()
    const pending = createPending(timers.later)
    later = pending.later
    const live = {program, sandbox, pending, mode, lines, clock, emit, firestore: firestore?.()}
    const {counts, ...result} = await runLive(template, scenario, live)
    coverage.add(counts)
    results.push(result)
  }
  return {results, coverage: coverage.read(), notes}
}

type LiveOptions = Pick<TestOptions, 'clock' | 'emit'> &
  Pick<ScenarioDeps, 'program' | 'sandbox' | 'mode' | 'lines'> & {
    readonly pending: Pending
    readonly firestore: OpenDatabase | undefined
  }

/** One test with a server around it, of which nothing is left afterwards. */
async function runLive(template: Template, scenario: TemplateScenario, options: LiveOptions): Promise<CountedResult> {
  const {program, sandbox, pending, firestore, clock, emit} = options
  const exchange = createExchange(request)
  exchange.offer(template.displayName)
  const notes: string[] = []
  const send = (method: string, url: string): Promise<never> => {
    notes.push(`${method} ${url.split('?')[0]} was not sent: the test mocks no API for it.`)
    // eslint-disable-next-line typescript/prefer-promise-reject-errors -- What templates get is this and no error.
    return pending.track(Promise.reject({reason: 'failed'}))
  }
  const context = createContext(
    {
      name: template.displayName,
      loaded: {template, storage: new Map(), start: (host) => sandbox.load(program)(host)},
    },
    {
      clock,
      emit,
      keys: {},
      rules: [],
      outbound: {send: (_, {method, url}) => send(method, url), captured: () => []},
      events: createRing(),
      later: pending.later,
      firestore: firestore && waitFor(firestore, pending),
    },
    {
      exchange,
      parent: {trace: newTraceId(), span: newSpanId()},
      event: template.kind === 'CLIENT' ? undefined : {data: {}, addCallback: () => {}},
      clientName: () => template.displayName,
      runContainer: (_event, onComplete, onStart) => {
        const bind = (callback: unknown): unknown => callback
        if (onStart) onStart(bind)
        if (onComplete) pending.later(0, () => onComplete(bind))
      },
    },
  )
  const live: ScenarioDeps['live'] = (note) =>
    createResolve({
      ...context,
      invoke: (callback, ...args) => {
        try {
          callback(...args)
        } catch (problem) {
          note(problem)
        }
      },
    })
  const {settle} = pending
  return await runScenario(template, scenario, {...options, live, settle, notes: () => notes})
}

/** A test waits for what it asked of the database. */
function waitFor(open: OpenDatabase, {track}: Pending): OpenDatabase {
  return async (projectId, databaseId) => {
    const database = await track(open(projectId, databaseId))
    return {
      read: (...args) => track(database.read(...args)),
      query: (...args) => track(database.query(...args)),
      write: (...args) => track(database.write(...args)),
      runTransaction: (...args) => track(database.runTransaction(...args)),
    }
  }
}
