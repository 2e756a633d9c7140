import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

// Bundles the embedded engine in place, in dist/: its 150 modules take twice as much time to load as one file does, and
// every run waits for it. What it loads only when asked lies in chunks/, as deep as it did. The kernel stays outside, so
// that its errors are the same classes everywhere.
const folder = 'dist/runtime/engine/embedded'
await build({
  absWorkingDir: root,
  entryPoints: [`${folder}/start.js`],
  outdir: folder,
  outbase: folder,
  chunkNames: 'chunks/[name]-[hash]',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  packages: 'external',
  external: ['#runtime/*'],
  logLevel: 'warning',
})
