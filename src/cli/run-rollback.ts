import type {RollbackOutcome} from '#runtime/deploy/plan/rollback.ts'
import type {Release} from '#runtime/deploy/plan/release.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {confirmChanges} from './deploy-confirm.ts'
import {chooseExecutor} from './deploy-executor.ts'
import {openDeployIo} from './deploy-io.ts'
import {showDeployProgress} from './deploy-progress.ts'
import {listText, paints, targetArguments} from './deploy-words.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'

type RollbackParsed = Parsed & {
  readonly args: {readonly release?: string | undefined}
  readonly flags: {
    readonly list: boolean
    readonly plan: boolean
    readonly yes: boolean
    readonly via: string
    readonly stage?: string | undefined
    readonly region?: string | undefined
    readonly verbose?: boolean
  }
}

/** `stitch rollback`: current and target, plan, question, changes. */
export async function runRollback({parsed, json}: CommandContext<RollbackParsed>): Promise<unknown> {
  const {flags, args} = parsed
  const config = await resolveProject(parsed)
  const [{rollback}, {resolveStage}, {showPlan, planDocument}] = await Promise.all([
    import('#runtime/deploy/plan/rollback.ts'),
    import('#runtime/deploy/settings.ts'),
    import('#runtime/deploy/plan/show-plan.ts'),
  ])
  const stage = await resolveStage(config, flags)
  if (flags.list) return await runList(config.dataDir, stage.target, json)
  using interrupts = listenForInterrupts()
  using progress = showDeployProgress(process.stderr, {show: !json, now: systemClock.now})
  const io = await openDeployIo(progress.emit, interrupts.signal)
  const again = `stitch rollback${args.release === undefined ? '' : ` ${args.release}`}${targetArguments(stage.target)}`
  const text = ({plan, current, to}: Pick<RollbackOutcome, 'plan' | 'current' | 'to'>, stream: NodeJS.WriteStream) =>
    [
      `Now:  ${current ? nameOf(current) : 'none of the kept releases'}`,
      `Then: ${nameOf(to)}`,
      'Documents and secrets do not go back; the functions get the secret versions of that release.',
      '',
      showPlan(plan, {
        of: 'rollback',
        sha256: to.sha256,
        verified: to.verified,
        color: paints(stream),
        verbose: flags.verbose ?? false,
      }),
    ].join('\n')
  const outcome = await rollback({
    config,
    stage,
    release: args.release,
    io,
    chooseExecutor: chooseExecutor(flags.via, {config, io}),
    again,
    planOnly: flags.plan,
    review: async (plan, releases) => {
      progress.pause()
      if (!json) process.stderr.write(text({plan, ...releases}, process.stderr))
      if (plan.blocked.length > 0) return true
      await confirmChanges({
        yes: flags.yes,
        json,
        question: `Go back to ${releases.to.id} in ${stage.target.project}?`,
        unasked: `${again} --yes`,
        signal: interrupts.signal,
      })
      return true
    },
  })
  progress[Symbol.dispose]()
  const {plan, current, to, applied, release} = outcome
  if (!json) {
    if (applied) await writeStdout(`Rolled back to ${to.id}; this is release ${release}.\n`)
    else await writeStdout(text(outcome, process.stdout))
  }
  return {
    applied,
    current: current?.id ?? null,
    to: to.id,
    ...(release === undefined ? {} : {release}),
    plan: planDocument(plan, {of: 'rollback', sha256: to.sha256, verified: to.verified}),
  }
}

async function runList(
  dataDir: string,
  target: Parameters<typeof targetArguments>[0],
  json: boolean,
): Promise<unknown> {
  const {listReleases, releasesFolder} = await import('#runtime/deploy/plan/release.ts')
  const releases = await listReleases(releasesFolder(dataDir, target), target)
  if (!json) await writeStdout(listText(releases))
  return {releases: releases.map((release) => ({...release, environment: undefined}))}
}

function nameOf({id, at, sha256, verified}: Release): string {
  return `${id}  sha256 ${sha256.slice(0, 12)}, deployed ${at}${verified ? '' : ', not verified'}`
}
