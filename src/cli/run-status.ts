import {openDeployIo} from './deploy-io.ts'
import {packageFiles} from './package-files.ts'
import {showPhase} from './phase.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import {listenForInterrupts} from './signals.ts'
import {readTerminal} from './terminal.ts'

type StatusParsed = Parsed & {
  readonly flags: {
    readonly drift: boolean
    readonly stage?: string | undefined
    readonly region?: string | undefined
  }
}

/** `stitch status`: what is there of a stage, and what a deploy would change. */
export async function runStatus({
  parsed,
  json,
}: {
  readonly parsed: StatusParsed
  readonly json: boolean
}): Promise<unknown> {
  const {flags} = parsed
  const config = await resolveProject(parsed)
  const [{resolveStage}, {checkProject}, {explain}, {readStatus}, {hashBundle, readDrift}, {showStatus}, {paintLines}] =
    await Promise.all([
      import('#runtime/deploy/settings.ts'),
      import('#runtime/deploy/plan/gate.ts'),
      import('#runtime/deploy/gcp/explain.ts'),
      import('#runtime/deploy/look/status.ts'),
      import('#runtime/deploy/look/drift.ts'),
      import('#runtime/deploy/look/show-status.ts'),
      import('#runtime/trace/lines.ts'),
    ])
  checkProject(config)
  const stage = await resolveStage(config, flags)
  const {target} = stage
  using interrupts = listenForInterrupts()
  using phase = showPhase(process.stderr, {show: !json})
  const {signal} = interrupts
  const opened = await openDeployIo((event) => {
    if (event.type === 'phase') phase.tell(event.text)
  }, signal)
  await using connection = await opened.connect(target)
  // One connection for both readings; it is closed here.
  const io = {...opened, connect: async () => ({...connection, [Symbol.asyncDispose]: async () => undefined})}
  try {
    phase.tell(`reading ${target.project}`)
    const bundle = await hashBundle(config, packageFiles)
    const unasked = {unknown: 'not asked for'}
    // First what there is: where nothing is deployed, no plan is made.
    const input = {config, stage, api: connection.api, now: io.clock.now(), bundle, drift: unasked}
    const live = await readStatus(input)
    const status = flags.drift ? {...live, drift: await readDrift(config, stage, bundle, io)} : live
    phase[Symbol.dispose]()
    const {color, columns, ascii} = readTerminal()
    if (!json) await writeStdout(paintLines(showStatus(status, columns), {color, ascii}))
    return {version: 1, ...status}
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw explain(error, {doing: 'there is no state to show', account: connection.account, target})
  }
}
