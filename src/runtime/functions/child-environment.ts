import {tmpdir} from 'node:os'
import {join} from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Without these a process does not start or finds no temporary folder; everything else of the parent's stays out. */
const INHERITED = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'NODE_COMPILE_CACHE'] as const

/**
 * The environment of a function's process: as in the cloud as far as it matters, and nothing of the person's own
 * (credentials, proxies and NODE_OPTIONS would change what is simulated). `given` wins.
 * Time zone and NODE_ENV are those of Cloud Run functions; PORT 0 because the process reports where it listens.
 */
export function planChildEnvironment(
  parent: Environment,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => (parent[name] === undefined ? [] : [[name, parent[name]] as const]))
  return {
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    TZ: 'UTC',
    METADATA_SERVER_DETECTION: 'none',
    ...given,
    PORT: '0',
  }
}
