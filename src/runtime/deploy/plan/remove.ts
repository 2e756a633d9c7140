import {applyContext, type ApplyOptions} from './apply-context.ts'
import {retryAfter, type Patience} from './patience.ts'
import type {Steps} from './steps.ts'
import {wasNot} from './titles.ts'
import type {Change, Live} from './types.ts'

/** Takes one resource away; gone already is as good. */
export async function removeOne(change: Change, live: Live, steps: Steps, options: ApplyOptions): Promise<void> {
  const {kinds, clock, explain, signal, reading} = options
  const {spec, surplus} = change
  const target = {...reading.target, region: surplus?.region ?? reading.target.region}
  const context = {...applyContext(live, options), target, tell: steps.tell(spec)}
  let there = surplus?.live
  let stale = false
  let patience: Patience = {looked: 0, waited: 0}
  steps.start(spec, '-')
  for (;;) {
    signal.throwIfAborted()
    try {
      if (stale) there = await kinds.readSpec(spec, {...reading, target})
      if (there !== undefined) await kinds.removeSpec(spec, there, context)
      break
    } catch (error) {
      signal.throwIfAborted()
      const retry = retryAfter(error, patience)
      if (!retry) throw explain(error, `${wasNot(spec)} removed`)
      patience = retry.patience
      stale = true
      await clock.sleep(retry.ms)
    }
  }
  steps.done(spec)
}
