import {buildData} from '../tpl/build-data.ts'
import type {Parameters} from '../types.ts'
import {computeVariable} from '../variables/built-in.ts'
import {createEvaluation} from '../variables/evaluation.ts'
import type {Evaluation} from '../variables/evaluation.ts'
import {lookUpFirestore} from '../variables/look-up-firestore.ts'
import type {LoadedCode, LoadedContainer, LoadedVariable} from './load-container.ts'
import {environmentName, isPreviewed, startInstance} from './run-instance.ts'
import type {RunScope, RunServices} from './run-instance.ts'

/** The container's variables as one request, or one event of it, sees them. */
export function evaluateFor(
  container: LoadedContainer,
  services: RunServices,
  scope: Omit<RunScope, 'runContainer' | 'container'>,
): Evaluation {
  const compute = ({name, code}: LoadedVariable, parameters: Parameters): unknown => {
    if (code.kind === 'broken') throw new Error(code.reason)
    if (code.kind === 'template') {
      const run = startInstance({name, loaded: code.loaded}, services, {...scope, container, runContainer: () => {}})
      return run.call(dataFor(code, parameters))
    }
    if (code.type === 'fs') return withinTime(lookUpFirestore(parameters, services), services)
    return computeVariable(code.type, parameters, {
      request: scope.exchange.request,
      event: scope.event?.data,
      clientName: scope.clientName(),
      containerId: container.id,
      containerVersion: container.version,
      environmentName,
      isPreview: isPreviewed(scope.exchange.request),
    })
  }
  return createEvaluation(container.variables, compute)
}

/** In milliseconds: what a promise of a template gets, and so what a variable may take. */
const withinMs = 5000

async function withinTime<T>(work: Promise<T>, {later}: RunServices): Promise<T> {
  const {promise, reject} = Promise.withResolvers<never>()
  const callOff = later(withinMs, () => reject(new Error(`there was no answer within ${withinMs} ms`)))
  try {
    return await Promise.race([work, promise])
  } finally {
    callOff()
  }
}

/** What a template sees as `data`, or the parameters themselves where no template says more about them. */
export function dataFor(code: LoadedCode, parameters: Parameters): Parameters {
  return code.kind === 'template' ? buildData(code.loaded.template.parameters, parameters) : parameters
}
