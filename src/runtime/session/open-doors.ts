import {createDeliver, type Deliver} from '#runtime/engine/door/deliver.ts'
import {openDoor} from '#runtime/engine/door/door.ts'
import {createFaults, type Faults} from '#runtime/engine/door/faults.ts'
import type {Clock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {Hosts} from './plan-hosts.ts'

/** The functions' ways to and from the engine, where its facts are seen and faults befall what passes. */
export type Doors = AsyncDisposable &
  Pick<Hosts, 'firestoreHost' | 'pubsubHost'> & {readonly faults: Faults; readonly deliver: Deliver}

/** Opens both doors; nobody is behind them before the engine has started. */
export async function openDoors(
  hosts: Hosts,
  {emit, clock, signal}: {readonly emit: Emit; readonly clock: Clock; readonly signal: AbortSignal},
): Promise<Doors> {
  await using stack = new AsyncDisposableStack()
  const faults = createFaults()
  const open = async (to: 'firestore' | 'pubsub', engine: string): Promise<string> =>
    stack.use(await openDoor({to, engine, faults, emit, clock})).host
  const firestoreHost = await open('firestore', hosts.firestoreHost)
  const pubsubHost = await open('pubsub', hosts.pubsubHost)
  const opened = stack.move()
  return {
    firestoreHost,
    pubsubHost,
    faults,
    deliver: createDeliver(faults, signal),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
