import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {StarterFiles} from './types.ts'

/** What a new project takes from the demo as it is. */
const FROM_DEMO = [
  'container/container.json',
  'container/stitcher-client.tpl',
  'container/vendor-tag.tpl',
  'identities/franz.json',
  'products/products.csv',
  'visitors/franz.json',
]
/** Fewer requests than the demo has, and one scenario. */
const OWN = ['requests/products.json', 'requests/visitors.json', 'scenarios/visitor-returns.json']
const WITH_HANDLERS = ['requests/stores.json', 'scenarios/own-logic.json']

/** Texts by their path below the fixtures' folder, in order, and the example of own logic. */
export async function readStarter(
  {fixtures, starter}: StarterFiles,
  withHandlers: boolean,
): Promise<{readonly fixtures: ReadonlyMap<string, string>; readonly handlers: string}> {
  const sources = [
    ...FROM_DEMO.map((path) => ({path, file: join(fixtures, path)})),
    ...OWN.map((path) => ({path, file: join(starter, 'fixtures', path)})),
    ...(withHandlers ? WITH_HANDLERS : []).map((path) => ({path, file: join(starter, 'with-handlers/fixtures', path)})),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const texts = await Promise.all(sources.map(async ({path, file}) => [path, await readFile(file, 'utf8')] as const))
  return {
    fixtures: new Map(texts),
    handlers: await readFile(join(starter, 'with-handlers/stitch.handlers.ts'), 'utf8'),
  }
}
