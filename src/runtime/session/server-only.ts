import type {ResolvedConfig} from '#runtime/config/resolve.ts'

/**
 * The attributes of a kind that a browser must never see: what is marked sensitive, and what only servers are given.
 * Dotted paths. An attribute that some other kind gives to browsers under the same name stays in the list of this one.
 */
export function serverOnlyAttributes(
  config: Pick<ResolvedConfig, 'destinations' | 'sensitive'>,
  kind: string,
): string[] {
  const browser = new Set(config.destinations.browser[kind] ?? [])
  const server = (config.destinations.server[kind] ?? []).filter((path) => path !== '*')
  const sensitive = config.sensitive[kind] ?? []
  return [...new Set([...server.filter((path) => !browser.has(path)), ...sensitive])].toSorted()
}
