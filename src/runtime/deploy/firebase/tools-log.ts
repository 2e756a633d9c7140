import {appendFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {stripVTControlCharacters} from 'node:util'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

export type ToolsLog = {readonly file: string; readonly write: (level: string, text: string) => void}

/** `logs/firebase-tools.log` in the data folder, which holds the latest run only. */
export function openToolsLog(dataDir: string): ToolsLog {
  const file = join(dataDir, 'logs', 'firebase-tools.log')
  makeFolder(dirname(file))
  writeFileSync(file, '', {mode: 0o600})
  return {
    file,
    write: (level, text) => {
      try {
        appendFileSync(file, `${level} ${stripVTControlCharacters(text)}\n`)
      } catch {
        // A full disk must not end a deploy that could go on without its log.
      }
    },
  }
}
