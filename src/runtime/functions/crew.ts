import {systemClock} from '#runtime/kernel/clock.ts'
import type {Emit} from '#runtime/kernel/events.ts'
import type {Child, Launch} from './child.ts'
import {describeDeath, died} from './failures.ts'
import type {Death} from './failures.ts'
import {decideRestart} from './restart.ts'
import type {Slot} from './slot.ts'
import {startTogether} from './start-together.ts'

/** One function: its name and the place of its process. */
export type Post = {readonly target: string; readonly slot: Slot}

/** Those who fill the posts: they start, replace and restart the processes. Disposing ends all of them. */
export type Crew = AsyncDisposable & {
  /** Starts a process for every post and lets it take over; on failure whoever was there goes on, and it throws. */
  readonly replaceAll: (change: Partial<Launch>) => Promise<void>
}

export type CrewOptions = {
  readonly posts: readonly Post[]
  /** What the first processes are made from. */
  readonly launch: Launch
  readonly emit: Emit
  readonly signal: AbortSignal
  /** A process died and is not started again. */
  readonly giveUp: (reason: unknown) => void
}

const DRAIN_WITHIN_MS = 5_000

/** A crew with all posts empty. */
export function createCrew({posts, launch: first, emit, signal, giveUp}: CrewOptions): Crew {
  const closing = new AbortController()
  const starting = AbortSignal.any([signal, closing.signal])
  const lastDeaths = new Map<Post, number>()
  let launch = first
  let turn: Promise<unknown> = Promise.resolve()

  /** Replacements and restarts happen one after the other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }
  const start = (which: readonly Post[], from: Launch): Promise<readonly Child[]> =>
    startTogether(which.map(({target}) => ({...from, target, emit, signal: starting})))

  const employ = async (post: Post, child: Child): Promise<void> => {
    post.slot.open(child)
    const death = await child.ended
    if (closing.signal.aborted || post.slot.current() !== child) return
    post.slot.hold()
    await inTurn(() => restart(post, child, death))
  }
  const restart = async (post: Post, dead: Child, death: Death): Promise<void> => {
    if (closing.signal.aborted || post.slot.current() !== dead) return
    const now = systemClock.now()
    const decision = decideRestart(lastDeaths.get(post), now)
    lastDeaths.set(post, now)
    try {
      if (decision === 'give-up') throw died(post.target, death, launch.bundle.sources?.[0])
      const text = `The function ${post.target} ended with ${describeDeath(death)} and is started again.`
      emit({type: 'log.line', source: post.target, level: 'error', text})
      const [child] = await start([post], launch)
      void employ(post, child!)
    } catch (error) {
      post.slot.abandon()
      if (!closing.signal.aborted) giveUp(error)
    }
  }
  const replaceAll = async (change: Partial<Launch>): Promise<void> => {
    const next = {...launch, ...change}
    const before = posts.map((post) => ({...post, old: post.slot.current()}))
    for (const {slot} of posts) slot.hold()
    try {
      const successors = await start(posts, next)
      launch = next
      lastDeaths.clear()
      for (const [index, post] of posts.entries()) void employ(post, successors[index]!)
    } catch (error) {
      // One that died meanwhile is started again when it is its turn.
      for (const {slot, old} of before) if (old && !old.hasEnded()) slot.open(old)
      throw error
    }
    await Promise.all(before.map(({slot, old}) => retire(slot, old)))
  }

  return {
    replaceAll: (change) => inTurn(() => replaceAll(change)),
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      await turn
      await Promise.all(posts.map(async ({slot}) => slot.current()?.stop()))
    },
  }
}

/** Lets requests under way finish, briefly, and ends the process. */
async function retire(slot: Slot, child: Child | undefined): Promise<void> {
  if (!child) return
  await slot.idle(child, DRAIN_WITHIN_MS)
  await child.stop()
}
