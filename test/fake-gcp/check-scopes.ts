import {IDENTITY_SCOPES} from './token.ts'

/**
 * What is wrong with a token's scopes for a method; pure. `refused`: none of them is accepted, as the API itself would
 * say. `surplus`: more than the narrowest that would do.
 */
export function checkScopes(
  held: readonly string[],
  accepted: readonly string[],
): {readonly refused: boolean; readonly surplus: readonly string[]} {
  if (accepted.length === 0) return {refused: false, surplus: []}
  const least = Math.min(...accepted.map(width))
  const asked = held.filter((scope) => !IDENTITY_SCOPES.includes(scope))
  return {
    refused: !asked.some((scope) => accepted.includes(scope)),
    surplus: asked.filter((scope) => !accepted.includes(scope) || width(scope) > least),
  }
}

/** How much a scope allows: reading one API, reading all, writing one, ruling one, everything. */
function width(scope: string): number {
  const name = scope.replace('https://www.googleapis.com/auth/', '')
  if (name === 'cloud-platform') return 4
  if (name === 'cloud-platform.read-only') return 1
  if (/read[-_]?only$|\.read$/.test(name)) return 0
  return /admin$|full_control$/.test(name) ? 3 : 2
}
