import {pathToFileURL} from 'node:url'
import type {Bus} from '#runtime/kernel/bus.ts'
import {packageFiles} from './package-files.ts'

/** What a person can start from the terminal UI; a missing action has no key. */
export type ScreenActions = {
  readonly quit: () => void
  readonly rerun?: () => void
  readonly replay?: (trace: string) => void
  readonly reseed?: () => void
}

type Screen = AsyncDisposable
type ShowRun = (options: {
  readonly events: Bus
  readonly actions: ScreenActions
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly mode: 'run' | 'dev'
}) => Screen

/** Opens the terminal UI; its bundle is loaded only here, where a person watches. */
export async function openScreen({
  bus,
  mode,
  actions,
}: {
  readonly bus: Bus
  readonly mode: 'run' | 'dev'
  readonly actions: ScreenActions
}): Promise<Screen> {
  const {showRun} = (await import(pathToFileURL(packageFiles.ui).href)) as {readonly showRun: ShowRun}
  return showRun({events: bus, actions, stdin: process.stdin, stdout: process.stdout, mode})
}
