import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const root = new URL('..', import.meta.url)

// Bundles the terminal UI, ink and React included, to dist/ui/index.js: one module loads in a third of the time that
// ink's own five hundred take. React's developer tools are left out. An argument names another file to write.
const outfile = process.argv[2] ?? fileURLToPath(new URL('dist/ui/index.js', root))
await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: ['src/ui/index.tsx'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  legalComments: 'none',
  jsx: 'automatic',
  conditions: ['stitch-source'],
  define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
  // CommonJS packages inside an ES module still ask for Node's modules by `require`.
  banner: {
    js: "import {createRequire as stitchRequire} from 'node:module';const require=stitchRequire(import.meta.url);",
  },
  plugins: [
    {
      name: 'no-devtools',
      setup(bundle) {
        bundle.onResolve({filter: /^react-devtools-core$/}, () => ({path: 'none', namespace: 'empty'}))
        bundle.onLoad({filter: /.*/, namespace: 'empty'}, () => ({contents: 'export default {}'}))
      },
    },
  ],
  logLevel: 'warning',
})
