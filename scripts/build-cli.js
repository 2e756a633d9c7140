import {globSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

// Bundles the command line in place, in dist/, with the framework it is written with: a hundred small files of that took
// longer to find and to load than all the rest of `--help`. The runtime stays outside; commands load it when they run.
// Chunks lie beside the files of cli/, which look for the package's own files from where they are.
await build({
  absWorkingDir: root,
  entryPoints: ['dist/cli/main.js', ...globSync('dist/commands/**/*.js', {cwd: root})],
  outdir: 'dist',
  outbase: 'dist',
  chunkNames: 'cli/[name]-[hash]',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: ['#runtime/*'],
  // Some of what is bundled is CommonJS and asks for modules of Node.
  banner: {js: "import {createRequire as bundled} from 'node:module'\nconst require = bundled(import.meta.url)"},
  logLevel: 'warning',
})
