import type {RouteSpec} from './schema.ts'

/** A route that a request goes, and what its path says. */
export type Match = {
  readonly route: RouteSpec
  /** By path of the request's field: `document.name`. */
  readonly variables: Readonly<Record<string, string>>
}

/** Finds the route of a verb and a path that is still percent-encoded; undefined where there is none. */
export type Router = (verb: string, path: string) => Match | undefined

type Compiled = {readonly route: RouteSpec; readonly pattern: RegExp; readonly names: readonly string[]}

export function createRouter(routes: readonly RouteSpec[]): Router {
  // A path that ends in a method's name is that method's, also where a template would take it for a part of an id.
  const compiled = routes.map(compile).toSorted((a, b) => Number(isNamed(b.route)) - Number(isNamed(a.route)))
  return (verb, path) => {
    for (const {route, pattern, names} of compiled) {
      const match = route.verb === verb ? pattern.exec(path) : null
      if (!match) continue
      return {route, variables: Object.fromEntries(names.map((name, index) => [name, decode(match[index + 1] ?? '')]))}
    }
    return undefined
  }
}

function isNamed({path}: RouteSpec): boolean {
  return /:\w+$/.test(path)
}

function compile(route: RouteSpec): Compiled {
  const names: string[] = []
  const source = route.path.replaceAll(/\{([\w.]+)(?:=([^}]+))?\}|[^{]+/g, (text, name?: string, template = '*') => {
    if (name === undefined) return escape(text)
    names.push(name)
    return `(${patternOf(template)})`
  })
  return {route, pattern: new RegExp(`^${source}$`), names}
}

/**
 * `*` is one part of a path and `**` the rest of it. The rest occurs in names of documents only, which are pairs of a
 * collection and an id: so it is told whether `a` is listed or `a/b` is read.
 */
const PATTERNS: Readonly<Record<string, string>> = {
  '*': '[^/]+',
  '/*/**': '(?:/[^/]+/[^/]+)+',
  '/**': '(?:/[^/]+/[^/]+)*',
}

function patternOf(template: string): string {
  return template
    .split(/(\/\*\/\*\*|\/\*\*|\*)/)
    .map((part) => PATTERNS[part] ?? escape(part))
    .join('')
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** An encoded slash stays encoded: it belongs to a name and does not part it. Throws URIError for what is no encoding. */
function decode(text: string): string {
  return text
    .split('/')
    .map((part) =>
      part
        .split(/(%2f)/i)
        .map((piece) => (/^%2f$/i.test(piece) ? piece : decodeURIComponent(piece)))
        .join(''),
    )
    .join('/')
}
