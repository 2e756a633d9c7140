import {StitchError} from '#runtime/kernel/errors.ts'
import {resolveProject, type Parsed} from './project.ts'
import {writeStdout} from './output.ts'

type CostParsed = Parsed & {
  readonly flags: {
    readonly stage?: string | undefined
    readonly region?: string | undefined
    readonly requests: number
    readonly 'async-share': string
    readonly 'reads-per-request'?: string | undefined
    readonly 'pickups-per-async': string
    readonly 'lookup-ms': number
    readonly 'worker-ms': number
    readonly 'stored-gib': string
    readonly deploys: number
    readonly egress: boolean
  }
}

/** `stitch cost`: what a month costs, out of counted operations and the price list. Needs no network and no account. */
export async function runCost({parsed, json}: {readonly parsed: CostParsed; readonly json: boolean}): Promise<unknown> {
  const {flags} = parsed
  const wishes = {
    requests: flags.requests,
    asyncShare: readNumber('async-share', flags['async-share'], 1),
    readsPerRequest:
      flags['reads-per-request'] === undefined
        ? undefined
        : readNumber('reads-per-request', flags['reads-per-request'], 1000),
    pickupsPerAsync: readNumber('pickups-per-async', flags['pickups-per-async'], 1000),
    lookupMs: flags['lookup-ms'],
    workerMs: flags['worker-ms'],
    storedGib: readNumber('stored-gib', flags['stored-gib'], 1_000_000),
    deploys: flags.deploys,
    isEgress: flags.egress,
  }
  const config = await resolveProject(parsed)
  const {resolveStage} = await import('#runtime/deploy/settings.ts')
  const {estimateCost} = await import('#runtime/deploy/cost/estimate.ts')
  const {showCost, toCostDocument} = await import('#runtime/deploy/cost/show-cost.ts')
  const estimate = await estimateCost(config, await resolveStage(config, flags), wishes)
  if (!json) await writeStdout(`${showCost(estimate).join('\n')}\n`)
  return toCostDocument(estimate)
}

/** A number from 0 to `most`, fractions included, which the parser's own integer flags do not take. */
function readNumber(flag: string, text: string, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= most) return value
  throw new StitchError(`--${flag} is ${text}, which is no number from 0 to ${most}, so nothing was priced.`, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch cost --help'],
  })
}
