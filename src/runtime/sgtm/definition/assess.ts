import {isAbsent} from '../server/load-container.ts'
import type {LoadedCode, LoadedContainer} from '../server/load-container.ts'
import {isKnownConsent} from '../server/read-consent.ts'
import {isSystemTrigger} from '../server/settle-triggers.ts'
import {isKnownOperator} from '../triggers/conditions.ts'
import {compilePattern} from '../triggers/pattern.ts'
import type {Condition, ContainerDefinition} from '../types.ts'
import {approximatedVariables, isKnownVariable} from '../variables/built-in.ts'
import {referencesIn} from '../variables/references.ts'
import {assessBuiltIn, assessLookUp} from './assess-built-in.ts'

/** What a part of a container is. */
export type PartKind = 'client' | 'tag' | 'trigger' | 'variable' | 'transformation'

/** How a part of a container fares here: `approximated` runs with a difference, `missing` does not do its work. */
export type Assessment = {
  readonly kind: PartKind
  readonly name: string
  readonly type: string
  readonly verdict: 'runs' | 'approximated' | 'missing'
  /** Why it does not simply run, each a sentence without its full stop. */
  readonly reasons: readonly string[]
}

/** Collects what is to be said about one part. */
type Finding = {readonly approximated: string[]; readonly missing: string[]}

/** Says of every part of a container whether it runs here as it does in GTM. In the order of the file. */
export function assessContainer(
  {clients, tags, triggers, variables, transformations}: ContainerDefinition,
  loaded: LoadedContainer,
): readonly Assessment[] {
  const known = new Set(loaded.variables.keys())
  const assess = (
    kind: PartKind,
    {name, type}: {readonly name: string; readonly type: string},
    look: (finding: Finding) => void,
    named: unknown,
  ): Assessment => {
    const finding: Finding = {approximated: [], missing: []}
    look(finding)
    for (const variable of new Set(referencesIn(named))) {
      if (!known.has(variable)) finding.missing.push(`it names the variable "${variable}", which does not exist`)
    }
    const {approximated, missing} = finding
    const verdict = missing.length > 0 ? 'missing' : approximated.length > 0 ? 'approximated' : 'runs'
    return {kind, name, type, verdict, reasons: [...missing, ...approximated]}
  }
  const codeOf = <T extends {readonly name: string; readonly code: LoadedCode}>(list: Iterable<T>, name: string) =>
    [...list].find((one) => one.name === name)!.code

  return [
    ...clients.map((client) => {
      const type = typeOf(client)
      return assess(
        'client',
        {name: client.name, type},
        (finding) => {
          lookAtCode(finding, codeOf(loaded.clients, client.name))
          if (client.code.kind === 'built-in' && !isAbsent(client.code))
            assessBuiltIn('client', type, client.parameters, finding)
        },
        client.parameters,
      )
    }),
    ...tags.map((tag) =>
      assess(
        'tag',
        tag,
        (finding) => {
          lookAtCode(finding, codeOf(loaded.tags, tag.name))
          if (tag.code.kind === 'built-in' && !isAbsent(tag.code))
            assessBuiltIn('tag', tag.type, tag.parameters, finding)
          lookAtFiring(finding, tag, loaded)
        },
        [tag.parameters, tag.metadata],
      ),
    ),
    ...triggers.map((trigger) =>
      assess(
        'trigger',
        trigger,
        (finding) => {
          if (trigger.type !== 'ALWAYS' && trigger.type !== 'CUSTOM_EVENT')
            finding.missing.push('triggers of this type do not occur in server containers, so it never holds')
          lookAtConditions(finding, trigger.conditions)
        },
        trigger.conditions,
      ),
    ),
    ...variables.map((variable) => {
      const type = typeOf(variable)
      return assess(
        'variable',
        {name: variable.name, type},
        (finding) => {
          const code = codeOf(loaded.variables.values(), variable.name)
          lookAtCode(finding, code)
          if (code.kind !== 'built-in') return
          const approximated = approximatedVariables[type]
          if (approximated !== undefined) finding.approximated.push(approximated)
          else if (type === 'fs') assessLookUp(variable.parameters, finding)
          else if (!isKnownVariable(type))
            finding.missing.push('variables of this type are not known here, so it is undefined')
        },
        variable.parameters,
      )
    }),
    ...transformations.map((transformation) =>
      assess(
        'transformation',
        transformation,
        (finding) => {
          if (!transformationTypes.has(transformation.type))
            finding.missing.push('transformations of this type are not known here, so it changes nothing')
          lookAtConditions(finding, transformation.conditions)
        },
        [transformation.conditions, transformation.set],
      ),
    ),
  ]
}

/** What a person has to know before an exported container runs here; undefined where all of it does. */
export function summariseGaps(definition: ContainerDefinition, loaded: LoadedContainer): string | undefined {
  if (definition.source !== 'export') return undefined
  const parts = assessContainer(definition, loaded)
  const named = (verdict: Assessment['verdict']): string => {
    const own = parts.filter((part) => part.verdict === verdict)
    return own.length === 0 ? '' : `${verdict}: ${own.map(({kind, name}) => `${kind} "${name}"`).join(', ')}`
  }
  const gaps = [named('missing'), named('approximated')].filter((text) => text !== '')
  return gaps.length === 0 ? undefined : `${definition.id}: ${gaps.join('; ')}. stitch container check says why.`
}

const transformationTypes: ReadonlySet<string> = new Set(['tf_allow_params', 'tf_exclude_params', 'tf_augment_event'])

function typeOf({code}: ContainerDefinition['clients'][number] | ContainerDefinition['variables'][number]): string {
  return code.kind === 'built-in' ? code.type : `template ${code.template.file.split('#').at(-1)}`
}

function lookAtCode({missing}: Finding, code: LoadedCode): void {
  if (code.kind === 'broken') missing.push(code.reason)
}

function lookAtFiring(
  {approximated, missing}: Finding,
  tag: ContainerDefinition['tags'][number],
  {triggers, tags}: LoadedContainer,
): void {
  for (const id of [...tag.firing, ...tag.blocking]) {
    if (triggers.has(id)) continue
    if (isSystemTrigger(id)) approximated.push(`trigger ${id} is one that no export lists: it holds for every event`)
    else missing.push(`it names the trigger ${id}, which does not exist`)
  }
  for (const {tag: name} of [...tag.setup, ...tag.teardown]) {
    if (!tags.some((other) => other.name === name))
      missing.push(`its sequence names the tag "${name}", which does not exist`)
  }
  const unknown = tag.consent.filter((kind) => !isKnownConsent(kind))
  if (unknown.length > 0)
    approximated.push(`events say nothing about the consent ${unknown.join(', ')}: it counts as given`)
  if (tag.option === 'once-per-request') approximated.push('once per page is once per request here')
}

function lookAtConditions({missing}: Finding, conditions: readonly Condition[]): void {
  for (const {operator, right} of conditions) {
    if (!isKnownOperator(operator)) missing.push(`${operator} is no condition of a server container, so it never holds`)
    if (operator === 'MATCH_REGEX' && referencesIn(right).length === 0 && !isPattern(right))
      missing.push(`RE2 refuses the pattern ${right}`)
  }
}

function isPattern(source: string): boolean {
  try {
    compilePattern(source, false)
    return true
  } catch {
    return false
  }
}
