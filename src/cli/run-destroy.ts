import {systemClock} from '#runtime/kernel/clock.ts'
import type {Plan} from '#runtime/deploy/plan/types.ts'
import {confirmChanges} from './deploy-confirm.ts'
import {openDeployIo} from './deploy-io.ts'
import {showDeployProgress} from './deploy-progress.ts'
import {paints, targetArguments} from './deploy-words.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'

type DestroyParsed = Parsed & {
  readonly flags: {
    readonly plan: boolean
    readonly yes: boolean
    readonly 'delete-secrets': boolean
    readonly 'delete-database'?: string | undefined
    readonly stage?: string | undefined
    readonly region?: string | undefined
    readonly verbose?: boolean
  }
}

/** `stitch destroy`: what goes and what stays, a name that must be typed, and the removal. */
export async function runDestroy({parsed, json}: CommandContext<DestroyParsed>): Promise<unknown> {
  const {flags} = parsed
  const config = await resolveProject(parsed)
  const [{destroy}, {resolveStage}, {showPlan, planDocument}] = await Promise.all([
    import('#runtime/deploy/plan/destroy.ts'),
    import('#runtime/deploy/settings.ts'),
    import('#runtime/deploy/plan/show-plan.ts'),
  ])
  const stage = await resolveStage(config, flags)
  const {target} = stage
  using interrupts = listenForInterrupts()
  using progress = showDeployProgress(process.stderr, {show: !json, now: systemClock.now})
  const io = await openDeployIo(progress.emit, interrupts.signal)
  const named = flags['delete-database']
  const again = `stitch destroy${targetArguments(target)}${flags['delete-secrets'] ? ' --delete-secrets' : ''}${named === undefined ? '' : ` --delete-database '${named}'`}`
  const words = {of: 'destroy', sha256: undefined, verified: undefined} as const
  const text = (plan: Plan, stream: NodeJS.WriteStream): string =>
    showPlan(plan, {...words, color: paints(stream), verbose: flags.verbose ?? false})
  const {plan, applied} = await destroy({
    config,
    stage,
    deleteSecrets: flags['delete-secrets'],
    deleteDatabase: named,
    io,
    again,
    planOnly: flags.plan,
    review: async (found) => {
      progress.pause()
      if (!json) process.stderr.write(text(found, process.stderr))
      await confirmChanges({
        yes: flags.yes,
        json,
        question: `This takes ${target.stage === undefined ? 'the deployment' : `the stage ${target.stage}`} out of ${target.project}.`,
        word: target.stage ?? target.project,
        unasked: `${again} --yes`,
        signal: interrupts.signal,
      })
      return true
    },
  })
  progress[Symbol.dispose]()
  if (!json) await writeStdout(applied ? `${endText(plan)}\n` : text(plan, process.stdout))
  return {applied, plan: planDocument(plan, words)}
}

function endText({summary, kept}: Plan): string {
  const stays = kept.map(({title, reason}) => `  ${title}: ${reason}`)
  return [`${summary.delete} resources were taken away.`, ...(stays.length > 0 ? ['Kept:', ...stays] : [])].join('\n')
}
