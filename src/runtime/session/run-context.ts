import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import type {Faults} from '#runtime/engine/door/faults.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {Container} from '#runtime/sgtm/types.ts'
import type {Traffic} from '#runtime/traffic/start.ts'
import type {FollowedRun} from './follow-run.ts'
import type {LocalKeys} from './local-keys.ts'
import type {Patience} from './patience.ts'

/** What sending and checking requests needs. */
export type RunContext = {
  readonly config: ResolvedConfig
  readonly keys: LocalKeys
  readonly traffic: Traffic
  /** Tells what events the container ran with. */
  readonly container: Pick<Container, 'events'>
  readonly followed: FollowedRun
  readonly patience: Patience
  readonly faults: Faults
  /** With the asynchronous path: every synchronous question is asked once more through Pub/Sub. */
  readonly async: boolean
  readonly emit: Emit
  readonly clock: Clock
  readonly signal: AbortSignal
}
