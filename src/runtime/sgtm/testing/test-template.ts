import {setTimeout as sleep} from 'node:timers/promises'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import {newSpanId, newTraceId} from '#runtime/kernel/ids.ts'
import type {IncomingRequest} from '../apis/api.ts'
import {createResolve} from '../apis/registry.ts'
import {createSandbox} from '../sandbox/sandbox.ts'
import {createExchange} from '../server/exchange.ts'
import {compileTemplate} from '../server/load-container.ts'
import {createRing} from '../server/ring.ts'
import {createContext} from '../server/run-instance.ts'
import {createTimers} from '../server/timers.ts'
import {readTemplate} from '../tpl/read-template.ts'
import {runScenario} from './run-scenario.ts'
import type {ScenarioResult} from './run-scenario.ts'

/** What a scenario that mocks nothing sees. */
const request: IncomingRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: {},
  body: undefined,
  remoteAddress: '127.0.0.1',
}

/**
 * Runs a template's own tests. APIs that a scenario does not mock are live, with a request, a response and a storage of
 * the scenario's own; outbound requests fail, since a test that sends is a test that forgot a mock.
 * @throws {StitchError} STITCH_TEMPLATE_INVALID
 */
export async function testTemplate(
  file: string,
  {clock, emit}: {readonly clock: Clock; readonly emit: Emit},
): Promise<readonly ScenarioResult[]> {
  const template = await readTemplate(file)
  const results: ScenarioResult[] = []
  for (const scenario of template.tests.scenarios) {
    using timers = createTimers()
    const sandbox = createSandbox(timers.later)
    const loaded = compileTemplate(template, sandbox, [])
    const exchange = createExchange(request)
    exchange.offer(template.displayName)
    const context = createContext(
      {name: template.displayName, loaded, data: {}},
      {
        clock,
        emit,
        keys: {},
        rules: [],
        outbound: {send: () => Promise.reject(new Error('A test does not send.')), captured: () => []},
        events: createRing(),
        later: timers.later,
      },
      {
        exchange,
        parent: {trace: newTraceId(), span: newSpanId()},
        event: undefined,
        clientName: () => template.displayName,
        runContainer: () => {},
      },
    )
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await sleep(1)
    }
    const live = (note: (problem: unknown) => void) =>
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
    results.push(await runScenario(template, scenario, {sandbox, start: loaded.start, live, settle}))
  }
  return results
}
