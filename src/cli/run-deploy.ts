import type {Checked, DeployOutcome} from '#runtime/deploy/plan/deploy.ts'
import type {DeployIo} from '#runtime/deploy/plan/place.ts'
import type {Plan} from '#runtime/deploy/plan/types.ts'
import type {StagePlan} from '#runtime/deploy/settings.ts'
import {EXIT} from '#runtime/kernel/errors.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {confirmChanges} from './deploy-confirm.ts'
import {chooseExecutor} from './deploy-executor.ts'
import {openDeployIo} from './deploy-io.ts'
import {showDeployProgress} from './deploy-progress.ts'
import {paints, pasteOf, showDeployed, targetArguments} from './deploy-words.ts'
import {packageFiles} from './package-files.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'

type DeployParsed = Parsed & {
  readonly flags: {
    readonly plan: boolean
    readonly yes: boolean
    readonly 'detailed-exitcode': boolean
    readonly via: string
    readonly adopt?: string[] | undefined
    readonly 'force-unverified': boolean
    readonly stage?: string | undefined
    readonly region?: string | undefined
    readonly verbose?: boolean
  }
}

/** `stitch deploy`: plan, question, changes, and what to paste. The result is on stdout, all else on stderr. */
export async function runDeploy({parsed, json, version}: CommandContext<DeployParsed>): Promise<unknown> {
  const {flags} = parsed
  const config = await resolveProject(parsed)
  const [{deploy}, {resolveStage}, {showPlan, planDocument}] = await Promise.all([
    import('#runtime/deploy/plan/deploy.ts'),
    import('#runtime/deploy/settings.ts'),
    import('#runtime/deploy/plan/show-plan.ts'),
  ])
  const stage = await resolveStage(config, flags)
  using interrupts = listenForInterrupts()
  using progress = showDeployProgress(process.stderr, {show: !json, now: systemClock.now})
  const io = await openDeployIo(progress.emit, interrupts.signal)
  const words = ({sha256, verified}: Checked) => ({of: 'deploy', sha256, verified}) as const
  const text = (plan: Plan, checked: Checked, stream: NodeJS.WriteStream): string =>
    showPlan(plan, {...words(checked), color: paints(stream), verbose: flags.verbose ?? false})
  const again = `stitch deploy${targetArguments(stage.target)}${moreArguments(flags)}`
  const outcome = await deploy({
    config,
    stage,
    files: packageFiles,
    version,
    force: flags['force-unverified'],
    adopt: flags.adopt ?? [],
    via: flags.via,
    chooseExecutor: chooseExecutor(flags.via, {config, io}),
    io,
    again,
    planOnly: flags.plan,
    review: async (plan, checked) => {
      progress.pause()
      if (!json) process.stderr.write(text(plan, checked, process.stderr))
      if (plan.blocked.length > 0) return true
      await confirmChanges({
        yes: flags.yes,
        json,
        question: `Make these changes in ${stage.target.project}?`,
        unasked: `${again} --yes`,
        signal: interrupts.signal,
      })
      return true
    },
  })
  const {plan, checked, deployed} = outcome
  if (outcome.applied && deployed?.lookupUrl !== undefined) {
    io.emit({type: 'phase', at: io.clock.now(), text: 'calling lookup'})
    await reach(deployed.lookupUrl, stage, io)
  }
  progress[Symbol.dispose]()
  process.exitCode = exitOf(outcome, flags['detailed-exitcode'])
  if (!json) {
    if (!outcome.applied) await writeStdout(text(plan, checked, process.stdout))
    if (deployed && !flags.plan)
      await writeStdout(`${outcome.applied ? '' : '\n'}${showDeployed(deployed, stage.target)}`)
  }
  return {
    applied: outcome.applied,
    plan: planDocument(plan, words(checked)),
    ...(deployed ? {deployed: {...deployed, paste: pasteOf(deployed, stage.target)}} : {}),
  }
}

/** A first call from outside; nothing is read by it. */
async function reach(url: string, {settings}: StagePlan, {clock, signal}: DeployIo): Promise<void> {
  const [{reachLookup}, {createTransport}] = await Promise.all([
    import('#runtime/deploy/verify/reach.ts'),
    import('#runtime/deploy/gcp/transport.ts'),
  ])
  await using transport = createTransport()
  await reachLookup({url, access: settings.access, transport, clock, signal})
}

/** What else must be typed again to mean the same. */
function moreArguments({region, via, adopt = [], 'force-unverified': force}: DeployParsed['flags']): string {
  return [
    ...(region === undefined ? [] : ['--region', region]),
    ...(via === 'gcp' ? [] : ['--via', via]),
    ...adopt.flatMap((id) => ['--adopt', id]),
    ...(force ? ['--force-unverified'] : []),
  ]
    .map((word) => ` ${word}`)
    .join('')
}

/** 5 where something is in the way, 2 for changes if that was asked for, else 0. */
function exitOf({plan}: DeployOutcome, detailed: boolean): number {
  if (plan.blocked.length > 0) return EXIT.deploy
  const {create, update, delete: removals} = plan.summary
  return detailed && create + update + removals > 0 ? 2 : EXIT.ok
}
