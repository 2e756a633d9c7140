import {startGuarded} from '#runtime/engine/guard.ts'

/** A parent for the tests of the guard: starts a stand-in child and grandchild, says their ids, then waits to be killed. */
const [logFile = '', script = ''] = process.argv.slice(2)
const guarded = startGuarded({
  command: process.execPath,
  args: ['-e', script],
  environment: process.env,
  logFile,
  graceMs: 300,
})
process.stdout.write(`${String(await guarded.pid)}\n`)
await guarded.exited
