import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {SeedFixtures} from '#runtime/fixtures/load.ts'
import type {Shop} from '#runtime/page/types.ts'
import {serverOnlyAttributes} from './server-only.ts'

/** More than these make no better page. */
const MOST_PRODUCTS = 12
const MOST_VISITORS = 24

type ShopConfig = Pick<ResolvedConfig, 'kinds' | 'destinations' | 'sensitive'>

/** The shop of a project: what of its fixtures a page may ask for by id, and who may log in. */
export function planShop(
  config: ShopConfig,
  {records, identities}: Pick<SeedFixtures, 'records' | 'identities'>,
): Shop {
  const {kinds, destinations} = config
  const isNamed = (kind: string): boolean => destinations.browser[kind]?.includes('name') ?? false
  const products = Object.entries(kinds).flatMap(([kind, {collection, match, graph, browserLookup}]) => {
    if (graph || !browserLookup) return []
    const pattern = match === undefined ? undefined : new RegExp(match, 'u')
    return records
      .filter((record) => record.collection === collection && (pattern?.test(record.id) ?? true))
      .map(({id, fields}) => {
        const name = isNamed(kind) ? fields.get('name') : undefined
        const hasName = typeof name === 'string'
        return {id, title: hasName ? name : kind.replaceAll('_', ' '), hasName}
      })
  })
  const namespaces = new Map(
    Object.values(kinds).flatMap(({graph, namespaces = {}}) => (graph ? Object.entries(namespaces) : [])),
  )
  const visitors = identities.flatMap(({ns, value, visitor}) => {
    const namespace = namespaces.get(ns)
    return namespace ? [{id: value, title: visitor ?? 'forgotten', login: !namespace.browserLookup}] : []
  })
  return {
    // What has a name makes a better shelf, so it comes first.
    products: products
      .toSorted((a, b) => Number(b.hasName) - Number(a.hasName))
      .slice(0, MOST_PRODUCTS)
      .map(({id, title}) => ({id, title})),
    visitors: visitors.toSorted((a, b) => Number(b.login) - Number(a.login)).slice(0, MOST_VISITORS),
    serverOnly: namesForServers(config),
  }
}

/** What no kind gives to browsers: a name that one kind keeps and another gives would say nothing when it is found. */
function namesForServers(config: ShopConfig): string[] {
  const given = new Set(Object.values(config.destinations.browser).flat())
  const kept = Object.keys(config.kinds).flatMap((kind) => serverOnlyAttributes(config, kind))
  return [...new Set(kept)].filter((path) => !given.has(path)).toSorted()
}
