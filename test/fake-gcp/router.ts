import type {Route} from './service.ts'

export type Found = {readonly route: Route; readonly params: Readonly<Record<string, string>>}

/** Finds the route of a request. Paths with a verb go before those without, literal parts before parameters. */
export function createRouter(
  routes: readonly Route[],
): (method: string, host: string, path: string) => Found | undefined {
  const byKey = new Map<string, {route: Route; match: RegExp; weight: number}[]>()
  for (const route of routes) {
    const key = `${route.method} ${route.host}`
    const list = byKey.get(key) ?? []
    byKey.set(key, list)
    list.push({route, match: toPattern(route.path), weight: weigh(route.path)})
  }
  for (const list of byKey.values()) list.sort((a, b) => b.weight - a.weight)
  return (method, host, path) => {
    for (const {route, match} of byKey.get(`${method} ${host}`) ?? []) {
      const groups = match.exec(path)?.groups
      if (groups) return {route, params: mapValues(groups)}
    }
    return undefined
  }
}

/** A parameter begins after a slash; a colon elsewhere begins a verb. Parameters stop at a colon, so verbs are seen. */
function toPattern(path: string): RegExp {
  const source = path
    .split('/')
    .map((part) => {
      const [, name, rest, verb] = /^:([a-zA-Z]+)(\*?)(:[a-zA-Z]+)?$/.exec(part) ?? []
      if (name === undefined) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
      return `(?<${name}>${rest === '*' ? '.+?' : '[^/:]+'})${verb ?? ''}`
    })
    .join('/')
  // An empty group so that `groups` is there for paths without parameters.
  return new RegExp(`^${source}(?<_>)$`)
}

function weigh(path: string): number {
  const parts = path.split('/')
  const literal = parts.filter((part) => part !== '' && !part.startsWith(':')).length
  return literal * 4 + (/[^/]:[a-zA-Z]+$/.test(path) ? 2 : 0) - (path.includes('*') ? 100 : 0)
}

function mapValues(groups: Readonly<Record<string, string>>): Record<string, string> {
  const {_: _end, ...params} = groups
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]))
}
