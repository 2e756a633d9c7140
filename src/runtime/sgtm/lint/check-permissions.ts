import type {AnyNode} from 'acorn'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {allows} from '../permissions/allows.ts'
import {describeAsk} from '../permissions/ask.ts'
import type {Permission} from '../tpl/template.ts'
import type {CodeFacts} from './code-facts.ts'
import type {Finding} from './finding.ts'
import {askOf, permissionOf} from './needs.ts'
import type {Places} from './places.ts'

/** Compares what the code uses with what is declared: what is missing, what is denied, and what nobody uses. */
export function checkPermissions(
  permissions: readonly Permission[],
  facts: CodeFacts,
  places: Places,
  locate: (node: AnyNode) => SourceLocation,
): readonly Finding[] {
  const declared = new Set(permissions.map(({publicId}) => publicId))
  const findings: Finding[] = []
  const missing = new Set<string>()
  for (const {api, node} of facts.required) {
    const needed = permissionOf[api]
    if (!needed || declared.has(needed) || missing.has(needed)) continue
    missing.add(needed)
    findings.push({
      rule: 'permission-missing',
      severity: 'error',
      message: `${api} needs the permission ${needed}, which is not declared, so its calls are denied.`,
      hint: `declare ${needed} in SERVER_PERMISSIONS; Tag Manager does so when the code is saved in its editor`,
      at: locate(node),
    })
  }
  for (const call of facts.calls) {
    const ask = askOf(call, facts)
    if (!ask || !declared.has(ask.permission) || allows(permissions, ask)) continue
    findings.push({
      rule: 'permission-denied',
      severity: 'error',
      message: `This call is denied: ${ask.permission} is not declared so that the template may ${describeAsk(ask)}.`,
      hint: `add it to what ${ask.permission} allows`,
      at: locate(call.node),
    })
  }
  const used = new Set<string>(facts.required.flatMap(({api}) => permissionOf[api] ?? []))
  for (const call of facts.calls) {
    const asked = call.api === 'queryPermission' ? facts.textOf(call.args[0]) : undefined
    if (asked) used.add(asked.text)
  }
  for (const publicId of declared) {
    if (used.has(publicId)) continue
    findings.push({
      rule: 'permission-unused',
      severity: 'warning',
      message: `The permission ${publicId} is declared, but no API that needs it is required.`,
      hint: `remove ${publicId}; whoever installs the template is asked to agree to it`,
      at: places.permission(publicId),
    })
  }
  return findings
}
