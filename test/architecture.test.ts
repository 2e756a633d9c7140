import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'

const src = resolve(import.meta.dirname, '../src')

type Source = {
  readonly file: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly string[]
}

const sources: readonly Source[] = readdirSync(src, {recursive: true, withFileTypes: true})
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('generated'))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const text = readFileSync(path, 'utf8')
    return {file: relative(src, path), text, lines: text.split('\n').length - 1, imports: importsOf(text, path)}
  })

/** Where each import leads: a path below src, or a package name. */
function importsOf(text: string, path: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...found].map((match) => {
    const target = match[1] ?? match[2]!
    if (target.startsWith('.')) return relative(src, resolve(dirname(path), target))
    if (target.startsWith('#')) return target.slice(1)
    return target
  })
}

/** The room of a file or import: `runtime/sgtm`, `cli`, `commands`, `ui`; undefined for packages. */
function roomOf(path: string): string | undefined {
  return /^(runtime\/[^/]+|cli|commands|ui)\//.exec(path)?.[1]
}

const STAGES = ['fixtures', 'engine', 'functions', 'sgtm', 'handlers', 'traffic', 'trace', 'page'].map(
  (name) => `runtime/${name}`,
)
const kernel = 'runtime/kernel'

/** Which rooms a room may look at, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  [kernel]: [],
  'runtime/handlers': [],
  'runtime/config': [kernel],
  'runtime/fixtures': [kernel],
  'runtime/engine': [kernel],
  'runtime/functions': [kernel],
  'runtime/sgtm': [kernel],
  'runtime/traffic': [kernel],
  'runtime/trace': [kernel],
  'runtime/page': [kernel],
  'runtime/doctor': [kernel, 'runtime/engine'],
  'runtime/init': [kernel, 'runtime/config'],
  'runtime/report': [kernel, 'runtime/trace'],
  'runtime/export': [kernel, 'runtime/config', 'runtime/sgtm'],
  'runtime/session': [kernel, 'runtime/config', 'runtime/export', ...STAGES],
  'runtime/deploy': [kernel, 'runtime/config', ...STAGES],
  ui: [kernel, 'runtime/trace', 'runtime/report'],
  cli: [
    kernel,
    'runtime/config',
    'runtime/session',
    'runtime/report',
    'runtime/trace',
    'runtime/doctor',
    'runtime/deploy',
    'runtime/init',
    'runtime/export',
    'ui',
  ],
  commands: [
    kernel,
    'cli',
    'runtime/config',
    'runtime/session',
    'runtime/report',
    'runtime/trace',
    'runtime/doctor',
    'runtime/deploy',
    'ui',
  ],
}

/** A heavy package and the rooms it may be imported in. */
const HEAVY: readonly {readonly name: RegExp; readonly rooms: readonly string[]}[] = [
  {name: /^(ink|react)$/, rooms: ['ui']},
  {
    name: /^@google-cloud\/firestore/,
    rooms: ['runtime/handlers', 'runtime/engine', 'runtime/fixtures', 'runtime/sgtm'],
  },
  {name: /^@google-cloud\/pubsub/, rooms: ['runtime/handlers', 'runtime/engine']},
  {name: /^@google-cloud\/functions-framework/, rooms: ['runtime/functions']},
  {name: /^undici$/, rooms: ['runtime/traffic', 'runtime/sgtm', 'runtime/deploy']},
  {name: /^google-auth-library$/, rooms: ['runtime/deploy']},
  {name: /^esbuild$/, rooms: ['runtime/functions']},
  {name: /^firebase-tools/, rooms: []},
]

describe('architecture', () => {
  test('imports point one way, along the wire', () => {
    const wrong = sources.flatMap(({file, imports}) => {
      const room = roomOf(file)!
      return imports.flatMap((target) => {
        const other = roomOf(target)
        return other === undefined || other === room || MAY_IMPORT[room]?.includes(other)
          ? []
          : [`${file} imports ${target}`]
      })
    })
    expect(wrong).toEqual([])
  })

  test('every room has its rule', () => {
    expect(sources.map(({file}) => roomOf(file)).filter((room) => room === undefined || !(room in MAY_IMPORT))).toEqual(
      [],
    )
  })

  test('heavy packages are imported only in their rooms', () => {
    const wrong = sources.flatMap(({file, imports}) =>
      imports.flatMap((target) =>
        HEAVY.some(({name, rooms}) => name.test(target) && !rooms.includes(roomOf(file)!))
          ? [`${file} imports ${target}`]
          : [],
      ),
    )
    expect(wrong).toEqual([])
  })

  test('commands load work only inside run', () => {
    const wrong = sources
      .filter(({file}) => file.startsWith('commands/'))
      .flatMap(({file, text}) =>
        [...text.matchAll(/^import (?!type )[^'"]*['"]([^'"]+)['"]/gm)]
          .map((match) => match[1]!)
          .filter((target) => !/^@oclif\/core(?:\/|$)|^#cli\/|^node:/.test(target))
          .map((target) => `${file} imports ${target} at the top`),
      )
    expect(wrong).toEqual([])
  })

  test('no file is longer than 250 lines', () => {
    expect(sources.filter(({lines}) => lines > 250).map(({file, lines}) => `${file}: ${lines}`)).toEqual([])
  })

  test('nothing imports in a circle, types apart', () => {
    const graph = new Map(
      sources.map(({file, text}) => [
        file,
        importsOf(text.replaceAll(/^import type .*$/gm, ''), join(src, file)).filter((target) =>
          /\.tsx?$/.test(target),
        ),
      ]),
    )
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      else if (!done.has(file)) {
        for (const next of graph.get(file) ?? []) visit(next, [...path, file])
        done.add(file)
      }
    }
    for (const file of graph.keys()) visit(file, [])
    expect(circles).toEqual([])
  })
})
