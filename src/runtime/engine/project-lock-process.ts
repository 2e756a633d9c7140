import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'

/** What tells one process from all others, also after its number was given to another one. */
export type ProcessIdentity = {
  readonly pid: number
  /** Boot of the machine and clock tick of the start; null where there is no /proc to tell it. */
  readonly started: string | null
  readonly machine: string
}

/** `elsewhere`: on another machine or in another container, from where its life cannot be told. */
export type Life = 'alive' | 'dead' | 'elsewhere'

/** This process. */
export function identifySelf(): ProcessIdentity {
  return {pid: process.pid, started: readStart(process.pid), machine: hostname()}
}

/** Whether the process that once had this identity still runs; a number that was given to another one counts as dead. */
export function checkLife(identity: ProcessIdentity): Life {
  if (identity.machine !== hostname()) return 'elsewhere'
  if (!exists(identity.pid) || hasEnded(identity.pid)) return 'dead'
  const started = readStart(identity.pid)
  if (started === null || identity.started === null) return 'alive'
  return started === identity.started ? 'alive' : 'dead'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is one, but it is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A process that has ended keeps its number until its parent asks; in a container that may be never (state, proc_pid_stat(5)). */
function hasEnded(pid: number): boolean {
  return /^[ZX]/.test(readStat(pid)?.[0] ?? '')
}

/** Start time is field 22 of /proc/PID/stat, in ticks since boot; the command in field 2 may hold blanks (proc_pid_stat(5)). */
function readStart(pid: number): string | null {
  try {
    const ticks = readStat(pid)?.[19]
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return ticks ? `${boot}/${ticks}` : null
  } catch {
    return null
  }
}

/** The fields behind the command, from the state on; undefined where there is no /proc or no such process. */
function readStat(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
