import {readdir, readFile, readlink} from 'node:fs/promises'

/** Who listens on a port, as far as /proc tells. */
export type PortHolder = {readonly pid: number; readonly command: string}

/**
 * The process that listens on a TCP port of this machine. Undefined where there is no /proc (macOS, Windows), where
 * the process belongs to somebody else, or when nobody listens any more: only the wording of a message hangs on it.
 */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const sockets = await listeningSockets(port)
  if (sockets.size === 0) return undefined
  for (const pid of await listProcesses()) {
    if (await holdsSocket(pid, sockets)) return {pid, command: await commandOf(pid)}
  }
  return undefined
}

/** Whether this very process listens on the port; undefined where that cannot be told. */
export async function ownsPort(pid: number, port: number): Promise<boolean | undefined> {
  const sockets = await listeningSockets(port)
  return sockets.size === 0 ? undefined : await holdsSocket(pid, sockets)
}

/** Whether any process of this process group listens on the port; undefined where that cannot be told. */
export async function groupOwnsPort(group: number, port: number): Promise<boolean | undefined> {
  const sockets = await listeningSockets(port)
  if (sockets.size === 0) return undefined
  for (const pid of await listProcesses()) {
    if ((await groupOf(pid)) === group && (await holdsSocket(pid, sockets))) return true
  }
  return false
}

async function listProcesses(): Promise<readonly number[]> {
  return (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number)
}

/** Field 5 of /proc/PID/stat; the command in field 2 may hold blanks (proc_pid_stat(5)). */
async function groupOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
}

/**
 * Inodes of the sockets in state LISTEN (0A) on the port. The columns of /proc/net/tcp are described in proc_net(5):
 * local address `HEX:PORT` second, state fourth, inode tenth.
 */
async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const rows = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/))
  return new Set(rows.filter((row) => row[1]?.endsWith(suffix) && row[3] === '0A').map((row) => `socket:[${row[9]}]`))
}

async function holdsSocket(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const descriptors = await readdir(folder).catch(() => [])
  const targets = await Promise.all(descriptors.map((name) => readlink(`${folder}/${name}`).catch(() => '')))
  return targets.some((target) => sockets.has(target))
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return line.replaceAll('\0', ' ').trim().slice(0, 80)
}
