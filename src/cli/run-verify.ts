import {createBus} from '#runtime/kernel/bus.ts'
import {systemClock} from '#runtime/kernel/clock.ts'
import {EXIT, StitchError} from '#runtime/kernel/errors.ts'
import type {Parity} from '#runtime/deploy/verify/parity.ts'
import type {StagePlan} from '#runtime/deploy/settings.ts'
import type {VerifyIo, VerifyOptions} from '#runtime/deploy/verify/verify.ts'
import {deployClock} from './deploy-io.ts'
import {targetArguments} from './deploy-words.ts'
import {showPhase} from './phase.ts'
import {writeStdout} from './output.ts'
import {resolveProject, type Parsed} from './project.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'
import {readTerminal} from './terminal.ts'
import {writeEvents} from './write-events.ts'

type VerifyParsed = Parsed & {
  readonly flags: {
    readonly url?: string | undefined
    readonly scenario?: string | undefined
    readonly async: boolean
    readonly wait: number
    readonly events?: string | undefined
    readonly stage?: string | undefined
    readonly region?: string | undefined
    readonly verbose?: boolean
  }
}

/** `stitch verify`: the simulation's requests at what is deployed, both logs compared. Exit 0, 1, or 5 where unknown. */
export async function runVerify({parsed, json, version}: CommandContext<VerifyParsed>): Promise<unknown> {
  const {flags} = parsed
  checkUrl(flags.url)
  const config = await resolveProject(parsed)
  const [{resolveStage}, {createTransport}, {exitOf}, {paintLines}] = await Promise.all([
    import('#runtime/deploy/settings.ts'),
    import('#runtime/deploy/gcp/transport.ts'),
    import('#runtime/deploy/verify/verify.ts'),
    import('#runtime/trace/lines.ts'),
  ])
  const stage = await resolveStage(config, flags)
  using interrupts = listenForInterrupts()
  using phase = showPhase(process.stderr, {show: !json})
  await using transport = createTransport()
  const {signal} = interrupts
  const bus = createBus(systemClock)
  const io: VerifyIo = {transport, clock: deployClock(signal), signal, bus, tell: phase.tell}
  const {scenario, async} = flags
  const options = {config, stage, scenario, async, io}
  const parity = await verify(options, flags, version)
  phase[Symbol.dispose]()
  if (flags.events !== undefined) await writeEvents(flags.events, bus)
  process.exitCode = EXIT[exitOf(parity)]
  const hints = hintsOf(parity, stage)
  if (!json) {
    const {showParity} = await import('#runtime/deploy/verify/show-parity.ts')
    const {color, columns, ascii} = readTerminal()
    const lines = showParity(parity, {columns, verbose: flags.verbose ?? false, hints})
    await writeStdout(paintLines(lines, {color, ascii}))
  }
  return {version: 1, ...parity, hints}
}

async function verify(options: VerifyOptions, flags: VerifyParsed['flags'], version: string): Promise<Parity> {
  const keys = process.env['STITCH_HMAC_KEYS']
  if (flags.url !== undefined) {
    const {verifyContainer} = await import('#runtime/deploy/verify/verify-container.ts')
    return await verifyContainer({...options, url: flags.url, keys, version})
  }
  const [{verifyEndpoint}, {connect}, {checkProject}] = await Promise.all([
    import('#runtime/deploy/verify/verify-endpoint.ts'),
    import('#runtime/deploy/gcp/connect.ts'),
    import('#runtime/deploy/plan/gate.ts'),
  ])
  checkProject(options.config)
  const {clock, signal} = options.io
  const identityToken = process.env['STITCH_IDENTITY_TOKEN']
  return await verifyEndpoint({
    ...options,
    connect: async () => await connect({clock, signal, quotaProject: options.config.project}),
    keys,
    identityToken,
    waitMs: flags.wait * 1000,
    version,
  })
}

/** Where plain http goes no further than this machine: a container under `stitch dev`. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Requests quote ids and may be signed, so they leave the machine encrypted or not at all. Throws STITCH_USAGE. */
function checkUrl(url: string | undefined): void {
  if (url === undefined) return
  const {protocol, hostname} = URL.canParse(url) ? new URL(url) : {protocol: '', hostname: ''}
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return
  const what = protocol === 'http:' ? 'not encrypted and not on this machine' : 'no web address'
  throw new StitchError(`--url is ${url}, which is ${what}, so nothing was verified.`, {
    code: 'STITCH_USAGE',
    exit: 'usage',
    hints: ['stitch verify --url https://sgtm.example.com'],
  })
}

function hintsOf({verdict, notSeeded, requests}: Parity, {target}: StagePlan): readonly string[] {
  const at = targetArguments(target)
  if (notSeeded > 0) return [`stitch seed${at} --yes   (${notSeeded} requests ask for what the database does not have)`]
  const broken = requests.find(({verdict: one}) => one === 'different')
  if (broken) return [`stitch logs${at} --request ${broken.trace}`]
  return verdict === 'unverified' ? [`stitch verify${at} --wait 180`, `stitch status${at}`] : []
}
