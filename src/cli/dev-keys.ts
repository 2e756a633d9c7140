import type {Bus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import type {Session} from '#runtime/session/open-session.ts'
import type {ScreenActions} from './open-screen.ts'

/** The keys of `dev` that do something with the session: without effect until one is attached. */
export type DevKeys = {
  readonly actions: Pick<ScreenActions, 'replay' | 'reseed'>
  readonly attach: (session: Session) => void
}

/** What goes wrong is told on the log; a key press never ends the session. */
export function createDevKeys(bus: Bus): DevKeys {
  let session: Session | undefined
  const start = (work: (session: Session) => Promise<void>): void => {
    if (!session) return
    work(session).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      bus.emit({type: 'log.line', source: 'dev', level: 'error', text})
    })
  }
  return {
    attach: (opened) => {
      session = opened
    },
    actions: {
      replay: (trace) =>
        start(async (opened) => {
          const {replayRequest} = await import('#runtime/session/replay.ts')
          await replayRequest(opened, bus, systemClock, trace)
        }),
      reseed: () =>
        start(async (opened) => {
          const {reseed} = await import('#runtime/session/dev.ts')
          await reseed({config: opened.config, bus, clock: systemClock, signal: opened.signal}, opened)
        }),
    },
  }
}
