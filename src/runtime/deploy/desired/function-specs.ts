import {ownershipLabels} from '../names.ts'
import type {FunctionSpec} from '../specs.ts'
import {stageFunctionsConfig, type DesiredInput} from './input.ts'
import type {Parts} from './parts.ts'

/** Label values take 63 characters of lower case, digits, `_` and `-`. */
export const SOURCE_LABEL = 'stitch-source'
export const SOURCE_DIGITS = 40

/** One of the two functions, as configured. */
export function functionSpec(entryPoint: 'lookup' | 'worker', input: DesiredInput, parts: Parts): FunctionSpec {
  const {settings, target, sha256} = input
  const {memoryMb, cpu, concurrency, minInstances, maxInstances, timeoutSeconds} = settings[entryPoint]
  const functionId = parts.functions[entryPoint]
  return {
    type: 'function',
    id: `function/${functionId}`,
    functionId,
    entryPoint,
    runtime: 'nodejs24',
    labels: {...ownershipLabels(target.stage), [SOURCE_LABEL]: sha256.slice(0, SOURCE_DIGITS)},
    serviceAccount: parts.emailOf(parts.accounts[entryPoint]),
    memoryMb,
    cpu,
    concurrency,
    minInstances,
    maxInstances,
    timeoutSeconds,
    environment: {STITCH_CONFIG: JSON.stringify(stageFunctionsConfig(input, parts))},
    secrets: {STITCH_HMAC_KEYS: parts.secrets.hmacKeys, STITCH_PEPPER: parts.secrets.pepper},
    buildServiceAccount: settings.buildServiceAccount,
    why:
      entryPoint === 'lookup'
        ? 'answers the server container, and takes asynchronous requests'
        : 'fulfils asynchronous requests and calls the server container back',
  }
}
