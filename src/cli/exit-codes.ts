import {EXIT, type ExitKind} from '#runtime/kernel/errors.ts'

const MEANING: Readonly<Record<ExitKind, string>> = {
  ok: 'ran, and all checks passed',
  failed: 'ran, and a check failed',
  usage: 'wrong arguments or flags',
  environment: 'this machine is not ready (port, Java, emulator, Node, network)',
  config: 'a file of the project is not valid',
  deploy: 'the deployment was refused or failed',
  bug: 'a bug in stitch',
  interrupted: 'interrupted; everything was closed',
}

/** The exit codes a command can end with, for its help text. */
export function exitCodes(...kinds: readonly ExitKind[]): string {
  return ['Exit codes:', ...kinds.map((kind) => `  ${String(EXIT[kind]).padStart(3)}  ${MEANING[kind]}`)].join('\n')
}
