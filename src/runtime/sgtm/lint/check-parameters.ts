import type {AnyNode} from 'acorn'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import type {Parameter} from '../tpl/template.ts'
import type {CodeFacts} from './code-facts.ts'
import type {Finding} from './finding.ts'
import type {Places} from './places.ts'

/** Compares the form's parameters with what the code reads of `data`. */
export function checkParameters(
  parameters: readonly Parameter[],
  facts: CodeFacts,
  places: Places,
  locate: (node: AnyNode) => SourceLocation,
): readonly Finding[] {
  const all = flatten(parameters)
  const names = new Set(all.map(({name}) => name))
  const findings: Finding[] = []
  const told = new Set<string>()
  for (const {name, node} of facts.reads) {
    // `gtmOnSuccess`, `gtmTagId` and their like are Tag Manager's own.
    if (names.has(name) || /^gtm[A-Z]/.test(name) || told.has(name)) continue
    told.add(name)
    const nearest = suggestNearest(name, [...names])
    findings.push({
      rule: 'parameter-unknown',
      severity: 'warning',
      message: `data.${name} is read, but the template has no such parameter, so it is always undefined.`,
      hint: nearest ? `did you mean data.${nearest}` : `add the parameter ${name}, or remove what reads it`,
      at: locate(node),
    })
  }
  if (facts.readsAll) return findings
  const read = new Set(facts.reads.map(({name}) => name))
  const controls = new Set(all.flatMap(({enablingConditions = []}) => enablingConditions.map((one) => one.paramName)))
  for (const parameter of all) {
    if (!hasValue(parameter) || read.has(parameter.name)) continue
    // It decides what else the form shows, which may be all that it is for.
    if (controls.has(parameter.name) || holdsOthers(parameter)) continue
    findings.push({
      rule: 'parameter-unused',
      severity: 'warning',
      message: `The parameter ${parameter.name} is in the form, but the code never reads it.`,
      hint: `remove the field, or read data.${parameter.name}`,
      at: places.parameter(parameter.name),
    })
  }
  return findings
}

function flatten(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.flatMap((parameter) => [
    parameter,
    ...flatten(parameter.subParams ?? []),
    ...(parameter.items ?? []).flatMap(({subParams}) => flatten(subParams)),
  ])
}

function hasValue({type, name}: Parameter): boolean {
  return type !== 'GROUP' && type !== 'LABEL' && name !== ''
}

function holdsOthers({subParams = [], items = []}: Parameter): boolean {
  return subParams.length > 0 || items.some((item) => item.subParams.length > 0)
}
