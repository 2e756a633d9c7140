import {randomBytes} from 'node:crypto'
import {setTimeout as wait} from 'node:timers/promises'
import type {DeployIo} from '#runtime/deploy/plan/place.ts'
import type {EmitDeploy} from '#runtime/deploy/plan/types.ts'
import type {DeployClock} from '#runtime/deploy/types.ts'
import {systemClock} from '#runtime/kernel/clock.ts'

/** The machine's clock, whose sleep ends with the signal and its reason. */
export function deployClock(signal: AbortSignal): DeployClock {
  return {
    now: systemClock.now,
    sleep: async (ms) => {
      try {
        await wait(ms, undefined, {signal})
      } catch (error) {
        throw signal.aborted ? signal.reason : error
      }
    },
  }
}

/** The real Google Cloud, for commands that change it. Loaded only once a command has work for it. */
export async function openDeployIo(emit: EmitDeploy, signal: AbortSignal): Promise<DeployIo> {
  const [{connect}, kinds] = await Promise.all([
    import('#runtime/deploy/gcp/connect.ts'),
    import('#runtime/deploy/kinds/kinds.ts'),
  ])
  const clock = deployClock(signal)
  return {
    connect: async ({project}) => await connect({clock, signal, quotaProject: project}),
    kinds,
    clock,
    random: randomBytes,
    emit,
    signal,
  }
}
