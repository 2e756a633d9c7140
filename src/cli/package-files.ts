import {fileURLToPath} from 'node:url'

/** The package's own root, where `fixtures/` and `dist/` lie; the same from src/cli and dist/cli. */
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Files that come with the package. */
export const packageFiles = {
  /** The configuration of the demo, used where a project has none. */
  demoConfig: `${root}fixtures/stitch.config.json`,
  /** Documents, requests, scenarios and container of the demo. */
  fixtures: `${root}fixtures`,
  /** What a new project has instead of them. */
  starter: `${root}starter`,
  /** Commands and flags as data. */
  manifest: `${root}oclif.manifest.json`,
  /** The handlers as they are deployed. */
  bundle: `${root}dist/functions/index.js`,
  /** Files of the shop's page. */
  page: `${root}page`,
  /** What pages run to ask for attributes, made small. */
  snippet: `${root}dist/snippet.js`,
  /** The terminal UI, bundled. */
  ui: `${root}dist/ui/index.js`,
  /** Sources of the handlers; only in a clone. */
  handlers: `${root}src/runtime/handlers`,
  /** The same, compiled: what a project's own logic is bundled with where there are no sources. */
  builtHandlers: `${root}dist/runtime/handlers`,
}
