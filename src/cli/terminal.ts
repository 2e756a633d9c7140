/** What the streams of this process can show. */
export type Terminal = {
  /** A person can watch and press keys. */
  readonly interactive: boolean
  readonly color: boolean
  readonly columns: number
  readonly ascii: boolean
}

/** Reads the terminal once: TTY, CI, TERM=dumb, NO_COLOR and FORCE_COLOR, width and character set. */
export function readTerminal(env: Readonly<Record<string, string | undefined>> = process.env): Terminal {
  const {stdin, stdout} = process
  const dumb = env['TERM'] === 'dumb'
  return {
    interactive: stdin.isTTY && stdout.isTTY && !dumb && !env['CI'],
    color: stdout.isTTY
      ? stdout.hasColors(env as object) && !dumb && !env['NO_COLOR']
      : Boolean(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0',
    columns: Math.max(40, Math.min(stdout.columns ?? 80, 120)),
    ascii: dumb || (stdout.isTTY && !/utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'utf-8')),
  }
}
