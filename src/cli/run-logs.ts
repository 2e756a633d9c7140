import {StitchError} from '#runtime/kernel/errors.ts'
import {deployClock} from './deploy-io.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import {listenForInterrupts} from './signals.ts'
import {readTerminal} from './terminal.ts'

type LogsParsed = Parsed & {
  readonly flags: {
    readonly follow: boolean
    readonly request?: string | undefined
    readonly since?: string | undefined
    readonly severity?: string | undefined
    readonly limit: number
    readonly stage?: string | undefined
    readonly region?: string | undefined
  }
}

/** `stitch logs`: what both functions wrote, known fields only. Following ends with Ctrl-C, as it is meant to: exit 0. */
export async function runLogs({parsed, json}: {readonly parsed: LogsParsed; readonly json: boolean}): Promise<unknown> {
  const {flags} = parsed
  if (flags.follow && json) {
    throw new StitchError('--json prints one document and --follow never ends, so no log was read.', {
      code: 'STITCH_USAGE',
      exit: 'usage',
      hints: ['stitch logs --json', 'stitch logs --follow'],
    })
  }
  if (
    flags.request !== undefined &&
    !/^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(flags.request)
  ) {
    throw new StitchError(`--request is neither a request id nor a trace id, so no log was read.`, {
      code: 'STITCH_USAGE',
      exit: 'usage',
      hints: ['stitch logs --request 3f2a91c0-b7de-44c1-a0f5-8a1f0c7f3d1f   (requestId of an answer)'],
    })
  }
  const {parseSince} = await import('#runtime/deploy/look/since.ts')
  using interrupts = listenForInterrupts()
  const {signal} = interrupts
  const clock = deployClock(signal)
  const since = parseSince(flags.since ?? (flags.follow ? '1m' : '1h'), clock.now())
  const config = await resolveProject(parsed)
  const [{resolveStage}, {nameParts}, {checkProject}, {connect}, {explain}, look, {showLogLine}, {paintLines}] =
    await Promise.all([
      import('#runtime/deploy/settings.ts'),
      import('#runtime/deploy/desired/parts.ts'),
      import('#runtime/deploy/plan/gate.ts'),
      import('#runtime/deploy/gcp/connect.ts'),
      import('#runtime/deploy/gcp/explain.ts'),
      import('#runtime/deploy/look/logs.ts'),
      import('#runtime/deploy/look/show-logs.ts'),
      import('#runtime/trace/lines.ts'),
    ])
  checkProject(config)
  const stage = await resolveStage(config, flags)
  const {target} = stage
  await using connection = await connect({clock, signal, quotaProject: target.project})
  const query = {
    target,
    functions: Object.values(nameParts(config, stage).functions),
    since,
    severity: flags.severity?.toUpperCase(),
    request: flags.request?.toLowerCase(),
    most: flags.limit,
  }
  const {color, columns: width, ascii} = readTerminal()
  // A program that reads along takes lines whole: one that is broken in the middle of an id is not found.
  const columns = process.stdout.isTTY ? width : Number.POSITIVE_INFINITY
  type Line = Parameters<typeof showLogLine>[0]
  const tell = (line: Line) => writeStdout(paintLines(showLogLine(line, columns), {color, ascii}))
  try {
    if (flags.follow) {
      await look.followLogs(connection.api, query, {clock, signal, tell})
      return undefined
    }
    const entries = await look.readLogs(connection.api, query)
    if (!json) for (const line of entries) await tell(line)
    if (!json && entries.length === 0) process.stderr.write(`No line since ${new Date(since).toISOString()}.\n`)
    return {version: 1, project: target.project, since: new Date(since).toISOString(), entries}
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw explain(error, {doing: 'no log was read', account: connection.account, target})
  }
}
