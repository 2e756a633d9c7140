// Builds everything a clone needs to run: protocol code, dist/, the engine's, the handlers' and the terminal UI's bundles, and
// the command manifest.
import {spawn} from 'node:child_process'
import {cpSync, existsSync, rmSync, symlinkSync, unlinkSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs one tool of the build on this Node; rejects with its name when it fails. */
function run(name, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {cwd: root, stdio: 'inherit'})
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} failed with exit code ${code}`))))
  })
}

/** `npx stitch` in a clone finds the command here at once, without going through npx's cache. */
function linkOwnBinary() {
  const link = join(root, 'node_modules/.bin/stitch')
  if (process.platform === 'win32' || !existsSync(join(root, 'node_modules/.bin'))) return
  rmSync(link, {force: true})
  symlinkSync('../../bin/run.js', link)
}

if (Number(process.versions.node.split('.')[0]) < 24) {
  // npm puts node_modules/.bin first on PATH, so this is only met where optional dependencies were left out.
  console.error(
    `stitch is built with Node 24 or newer and this is ${process.version}. Install with: npm ci --include=optional`,
  )
  process.exit(3)
}

rmSync(join(root, 'dist'), {recursive: true, force: true})
if (existsSync(join(root, 'oclif.manifest.json'))) unlinkSync(join(root, 'oclif.manifest.json'))
await run('protocol code', 'scripts/build-protos.js')
await Promise.all([
  run('tsc', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json').then(() => {
    cpSync(join(root, 'src/runtime/engine/embedded/generated'), join(root, 'dist/runtime/engine/embedded/generated'), {
      recursive: true,
    })
    cpSync(join(root, 'src/runtime/sgtm/built-in'), join(root, 'dist/runtime/sgtm/built-in'), {
      recursive: true,
      filter: (path) => !path.endsWith('.ts'),
    })
    return Promise.all([
      // The manifest is read from the commands as they are before they are bundled.
      run('manifest', 'scripts/build-manifest.js').then(() => run('command line', 'scripts/build-cli.js')),
      run('embedded engine', 'scripts/build-engine.js'),
    ])
  }),
  // The sources stand in for what tsc may not have written yet.
  run('handlers', '--conditions=stitch-source', 'scripts/build-handlers.js'),
  run('terminal UI', 'scripts/build-ui.js'),
  run('snippet', 'scripts/build-snippet.js'),
])
linkOwnBinary()
