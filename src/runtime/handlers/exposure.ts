import type {FunctionsConfig} from './config.ts'
import {overlaps, parseFieldPath} from './field-path.ts'

/**
 * Sensitive attributes that a browser's list would let out: listed themselves, through a parent, or in part.
 * `*` for a browser is refused whether or not anything is named sensitive.
 */
export function findExposed({destinations, sensitive}: Pick<FunctionsConfig, 'destinations' | 'sensitive'>): string[] {
  return Object.entries(destinations.browser).flatMap(([kind, paths]) => {
    if (paths.includes('*'))
      return [`destinations.browser.${kind} must list attributes, since * would let out all of them`]
    const secrets = sensitive[kind] ?? []
    return paths.flatMap((path) =>
      secrets
        .filter((secret) => secret === '*' || overlaps(parseFieldPath(path) ?? [], parseFieldPath(secret) ?? []))
        .map((secret) => `destinations.browser.${kind} lists ${path}, but ${secret} is sensitive`),
    )
  })
}
