/**
 * The process between this command and an emulator. It starts the command it is given in a process group of its own
 * and ends the whole group as soon as its standard input closes, which happens when the parent asks for it and just as
 * well when the parent is killed with a signal that nobody can catch.
 *
 * Arguments: grace in ms, then the command and its arguments. Standard output and error belong to the command.
 * Descriptor 3 takes one JSON line per fact: {"pid":N}, {"error":"…"}, {"code":N|null,"signal":"…"|null}.
 * It imports nothing of ours, so that it starts fast and runs from source and from the build alike.
 */
import {spawn} from 'node:child_process'
import {writeSync} from 'node:fs'

const [grace = '2000', command = '', ...args] = process.argv.slice(2)

const child = spawn(command, args, {detached: true, stdio: ['ignore', 'inherit', 'inherit']})
let exited = false
let ending = false

child.once('spawn', () => report({pid: child.pid}))
child.once('error', (error) => {
  report({error: error.message})
  process.exit(1)
})
child.once('exit', (code, signal) => {
  exited = true
  report({code, signal})
  endGroup()
})

process.stdin.once('end', endGroup)
process.stdin.once('close', endGroup)
process.stdin.on('error', () => {})
process.stdin.resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endGroup)

/** Asks the group to end, waits, then kills what is left; exits when nobody is left. */
function endGroup(): void {
  if (ending) return
  ending = true
  signalGroup('SIGTERM')
  const deadline = Date.now() + Number(grace)
  const timer = setInterval(() => {
    if (!isGroupAlive()) finish()
    if (Date.now() < deadline) return
    signalGroup('SIGKILL')
    clearInterval(timer)
    // What was killed needs a moment to be reaped; members that nobody reaps any more are dead all the same.
    setTimeout(finish, exited ? 0 : 100)
  }, 10)
}

function finish(): never {
  process.exit(0)
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // Nobody left to signal.
  }
}

function isGroupAlive(): boolean {
  if (child.pid === undefined) return false
  try {
    process.kill(-child.pid, 0)
    return true
  } catch {
    return false
  }
}

/** The parent may be gone already; then nobody needs to know. */
function report(fact: Record<string, unknown>): void {
  try {
    writeSync(3, `${JSON.stringify(fact)}\n`)
  } catch {
    // See above.
  }
}
