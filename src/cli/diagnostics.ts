import {appendFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Bus} from '#runtime/kernel/bus.ts'
import type {RunEvent} from '#runtime/kernel/events.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

export type DiagnosticsOptions = {
  readonly bus: Bus
  /** Kept in `<dataDir>/logs/<command>.log`, which holds the latest run only. */
  readonly dataDir: string
  readonly command: string
  /** Also to stderr. */
  readonly verbose: boolean
}

/** Writes stages and all lines of engines, functions and templates to a log file; disposing stops it. */
export function startDiagnostics({bus, dataDir, command, verbose}: DiagnosticsOptions): Disposable {
  const file = openLog(join(dataDir, 'logs'), `${command}.log`)
  const stop = bus.subscribe((event) => {
    const line = describe(event)
    if (line === undefined) return
    if (verbose) process.stderr.write(line)
    if (file === undefined) return
    try {
      appendFileSync(file, line)
    } catch {
      // A full disk must not end a run that could go on without its diagnostics.
    }
  })
  return {[Symbol.dispose]: stop}
}

/** Undefined where nothing can be written: a run that needs the folder says so itself. */
function openLog(folder: string, name: string): string | undefined {
  try {
    makeFolder(folder)
    writeFileSync(join(folder, name), '')
    return join(folder, name)
  } catch {
    return undefined
  }
}

function describe(event: RunEvent): string | undefined {
  const time = new Date(event.at).toISOString()
  switch (event.type) {
    case 'stage.starting':
    case 'stage.stopped':
      return `${time} ${event.stage} ${event.type === 'stage.starting' ? 'starting' : 'stopped'}\n`
    case 'stage.ready':
      return `${time} ${event.stage} ready in ${Math.round(event.durationMs)} ms ${event.detail ?? ''}\n`
    case 'log.line':
      return `${time} ${event.level} ${event.source}: ${event.text}${event.trace === undefined ? '' : ` trace=${event.trace}`}\n`
    default:
      return undefined
  }
}
