/** What the streams of this process can show. */
export type Terminal = {
  /** A person can watch and press keys. */
  readonly interactive: boolean
  readonly color: boolean
  readonly columns: number
  readonly ascii: boolean
}

/** The two streams, as far as they are asked. */
export type Streams = {
  readonly stdin: {readonly isTTY?: boolean}
  readonly stdout: {readonly isTTY?: boolean; readonly columns?: number; readonly hasColors: (env: object) => boolean}
}

/** Reads the terminal once: TTY, CI, TERM=dumb, NO_COLOR and FORCE_COLOR, width and character set. */
export function readTerminal(
  env: Readonly<Record<string, string | undefined>> = process.env,
  {stdin, stdout}: Streams = process,
): Terminal {
  const dumb = env['TERM'] === 'dumb'
  return {
    interactive: stdin.isTTY === true && stdout.isTTY === true && !dumb && !env['CI'],
    color: stdout.isTTY
      ? stdout.hasColors(env) && !dumb && !env['NO_COLOR']
      : Boolean(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0',
    columns: Math.max(40, Math.min(stdout.columns ?? 80, 120)),
    ascii:
      dumb || (stdout.isTTY === true && !/utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'utf-8')),
  }
}
