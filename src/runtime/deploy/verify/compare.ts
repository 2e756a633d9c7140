import {isDeepStrictEqual} from 'node:util'
import {withoutPassing} from '#runtime/trace/compare.ts'
import {showValue} from '#runtime/trace/expectation.ts'
import type {Answered, SeenHop} from './seen.ts'

/** One thing that is not the same. What the deployed side shows of attributes is never quoted: it may be personal. */
export type Difference = {readonly what: string; readonly simulated: string; readonly deployed: string}

/** Longest text of a value in a difference. */
const LONGEST = 60

/** Answers are the same but for request id, pick-up secret and time; pure. `where` names what is compared. */
export function compareAnswers(
  simulated: Answered | undefined,
  deployed: Answered | undefined,
  where = '',
): readonly Difference[] {
  if (!simulated) return []
  const prefix = where === '' ? '' : `${where} `
  if (!deployed) return [{what: `${prefix}answer`, simulated: String(simulated.status), deployed: 'none'}]
  const http =
    simulated.status === deployed.status
      ? []
      : [{what: `${prefix}HTTP status`, simulated: String(simulated.status), deployed: String(deployed.status)}]
  const bodies = compareValues(withoutPassing(simulated.body), withoutPassing(deployed.body), [])
  return [...http, ...bodies.map((difference) => ({...difference, what: `${prefix}${difference.what}`}))]
}

function compareValues(simulated: unknown, deployed: unknown, path: readonly string[]): readonly Difference[] {
  if (isDeepStrictEqual(simulated, deployed) || isSameReference(simulated, deployed, path)) return []
  if (isBranch(simulated) && isBranch(deployed) && Array.isArray(simulated) === Array.isArray(deployed)) {
    const keys = [...new Set([...Object.keys(simulated), ...Object.keys(deployed)])]
    return keys.flatMap((key) => compareValues(own(simulated, key), own(deployed, key), [...path, key]))
  }
  const isOpen = !path.some((key) => key === 'attributes' || key === 'eventAttributes' || key === 'id')
  const told = deployed === undefined ? 'nothing' : isOpen ? show(deployed) : 'another value'
  return [{what: path.join('.') || 'body', simulated: show(simulated), deployed: told}]
}

const PLACE = /^projects\/[^/]+\/databases\/[^/]+\/documents\//

/** A reference that is answered in full names its project and database, which are others here by intent. */
function isSameReference(simulated: unknown, deployed: unknown, path: readonly string[]): boolean {
  if (path.at(-1) !== 'referenceValue' || typeof simulated !== 'string' || typeof deployed !== 'string') return false
  return simulated.replace(PLACE, '') === deployed.replace(PLACE, '')
}

type Branch = Readonly<Record<string, unknown>>

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null
}

function own(value: Branch, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : showValue(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** The same hops, in the same order, each with the same counts and statuses; pure. */
export function compareHops(simulated: readonly SeenHop[], deployed: readonly SeenHop[]): readonly Difference[] {
  const names = (hops: readonly SeenHop[]): string => hops.map(({name}) => name).join(', ') || 'none'
  const key = ({lane, name}: SeenHop): string => `${lane} ${name}`
  if (!isDeepStrictEqual(simulated.map(key), deployed.map(key))) {
    return [{what: 'hops', simulated: names(simulated), deployed: names(deployed)}]
  }
  return simulated.flatMap((hop, index) => compareHop(hop, deployed[index]!))
}

function compareHop(simulated: SeenHop, deployed: SeenHop): readonly Difference[] {
  const sides = [outcomeOf(simulated), outcomeOf(deployed)] as const
  const outcome = sides[0] === sides[1] ? [] : [{what: simulated.name, simulated: sides[0], deployed: sides[1]}]
  const names = [...new Set([...Object.keys(simulated.facts), ...Object.keys(deployed.facts)])]
  const facts = names
    .filter((name) => simulated.facts[name] !== deployed.facts[name])
    .map((name) => ({
      what: `${simulated.name}, ${name}`,
      simulated: String(simulated.facts[name] ?? 'nothing'),
      deployed: String(deployed.facts[name] ?? 'nothing'),
    }))
  return [...outcome, ...facts]
}

function outcomeOf({ok, error}: SeenHop): string {
  return ok ? 'ok' : (error ?? 'failed')
}
