import type {Fact} from '#runtime/kernel/events.ts'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import type {Parameters} from '../types.ts'
import type {UsedVariable} from '../variables/evaluation.ts'
import {describeUsed} from './describe-used.ts'
import {dataFor, evaluateFor} from './evaluate.ts'
import {plainAnswer} from './exchange.ts'
import type {Answer, OpenExchange} from './exchange.ts'
import type {LoadedClient, LoadedContainer, LoadedTemplate} from './load-container.ts'
import {runContainer} from './run-container.ts'
import type {EventRun} from './run-container.ts'
import {createInvoke, describeProblem, startInstance} from './run-instance.ts'
import type {RunServices} from './run-instance.ts'

/** Asks the clients by priority until one claims the request, and gives the answer, whatever they do. */
export async function askClients(
  container: LoadedContainer,
  services: RunServices & {readonly answerWithinMs: number},
  exchange: OpenExchange,
  parent: TraceContext,
): Promise<Answer> {
  const firedInRequest = new Set<string>()
  for (const [index, client] of container.clients.entries()) {
    const tell = createTeller(client, services, parent)
    const evaluation = evaluateFor(container, services, {
      exchange,
      parent,
      event: undefined,
      clientName: () => exchange.claimedBy() ?? '',
    })
    const used: UsedVariable[] = []
    try {
      const filled = evaluation.resolve(client.parameters, (variable) => used.push(variable))
      // Waiting where nothing has to be waited for would let requests overtake each other.
      const parameters = filled instanceof Promise ? await filled : filled
      if (client.code.kind !== 'template') {
        tell.settled('cannot_run', whyNot(client.code), used)
        continue
      }
      exchange.offer(client.name)
      const data = dataFor(client.code, parameters)
      startClient(client, client.code.loaded, data, {container, services, exchange, parent, firedInRequest})
    } catch (problem) {
      const text = describeProblem(problem)
      tell.error(`${text} The request is answered with 500 unless the client answered before.`)
      tell.settled('failed', text, used)
      exchange.answer(plainAnswer(500, 'the client failed'))
      return exchange.answered
    } finally {
      exchange.offer(undefined)
    }
    if (exchange.claimedBy() === undefined) {
      tell.settled('declined', 'its code returned without claimRequest', used)
      continue
    }
    tell.settled('claimed', undefined, used)
    for (const other of container.clients.slice(index + 1))
      createTeller(other, services, parent).settled('not_asked', `"${client.name}" had claimed the request`, [])
    return await answerInTime(client, services, exchange, tell.error)
  }
  // Widely reported, and of use: nothing in the container is meant for this path.
  return plainAnswer(400, 'no client claimed the request')
}

/** What a client says, or what is said about it, on the log. */
function createTeller({name, priority, code}: LoadedClient, {emit}: RunServices, {trace, span}: TraceContext) {
  const title = (code.kind === 'template' && code.loaded.template.displayName) || name
  return {
    error: (text: string): void => emit({type: 'log.line', source: `template ${title}`, level: 'error', text, trace}),
    settled: (outcome: ClientOutcome, reason: string | undefined, used: readonly UsedVariable[]): void => {
      const variables = describeUsed(used)
      const why = reason === undefined ? {} : {reason}
      emit({type: 'client.settled', trace, span, client: name, priority, outcome, ...why, variables})
    },
  }
}

type ClientOutcome = Extract<Fact, {type: 'client.settled'}>['outcome']

function whyNot(code: Exclude<LoadedClient['code'], {kind: 'template'}>): string {
  return code.kind === 'broken'
    ? code.reason
    : `"${code.type}" is a client of Google's that only stands in here and claims nothing`
}

async function answerInTime(
  {name}: LoadedClient,
  {later, answerWithinMs}: RunServices & {readonly answerWithinMs: number},
  exchange: OpenExchange,
  tellError: (text: string) => void,
): Promise<Answer> {
  const callOff = later(answerWithinMs, () => {
    tellError(
      `"${name}" claimed the request but did not call returnResponse within ${answerWithinMs} ms, so it was answered with 500.`,
    )
    exchange.answer(plainAnswer(500, 'the client did not answer'))
  })
  const answer = await exchange.answered
  callOff()
  return answer
}

type ClientRun = {
  readonly container: LoadedContainer
  readonly services: RunServices
  readonly exchange: OpenExchange
  readonly parent: TraceContext
  readonly firedInRequest: Set<string>
}

function startClient(
  {name}: LoadedClient,
  loaded: LoadedTemplate,
  data: Parameters,
  {container, services, exchange, parent, firedInRequest}: ClientRun,
): void {
  const source = `template ${loaded.template.displayName || name}`
  const invoke = createInvoke((text) =>
    services.emit({type: 'log.line', source, level: 'error', text, trace: parent.trace}),
  )
  let runs = 0
  const again: EventRun['again'] = (invokeFor) => (event, onComplete, onStart) => {
    if (exchange.claimedBy() === undefined) throw new Error('runContainer: the request must be claimed first.')
    runs += 1
    if (runs > maxRuns)
      throw new Error(
        `runContainer: the container ran ${maxRuns} times for one request; does a tag start its own event?`,
      )
    const run = {
      event,
      exchange,
      parent,
      clientName: name,
      firedInRequest,
      invoke: invokeFor,
      again,
      onStart,
      onComplete,
    }
    // After the template's current code, as in a real container.
    queueMicrotask(() => void runContainer(container, services, run))
  }
  startInstance({name, loaded}, services, {
    exchange,
    parent,
    event: undefined,
    container,
    clientName: () => exchange.claimedBy() ?? '',
    runContainer: again(invoke),
  }).call(data)
}

/** A client may send many events in one request, a tag that starts the event that fires it would never end. */
const maxRuns = 200
