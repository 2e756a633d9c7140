import {StitchError} from '#runtime/kernel/errors.ts'
import {redact} from '../gcp/redact.ts'
import {functionRequest, settle} from '../kinds/function/calls.ts'
import type {LiveFunction} from '../kinds/function/live.ts'
import type {FunctionsExecutor, Kinds} from '../plan/types.ts'
import type {ApplyContext} from '../types.ts'
import {planFirebaseEnvironment} from './child-environment.ts'
import {writingTo} from './data-folder.ts'
import {describeFirebaseProject} from './files.ts'
import {failureOf} from './failure.ts'
import type {FirebaseTools} from './find-tools.ts'
import {readToolsLine} from './log-lines.ts'
import {runTools, type ToolsEnd} from './run-tools.ts'
import {openToolsLog} from './tools-log.ts'
import {readBack} from './read-back.ts'
import {createWorkFolder} from './work-folder.ts'

export type FirebaseExecutorOptions = {
  /** Of `prepareFirebase`. */
  readonly tools: FirebaseTools
  readonly kinds: Pick<Kinds, 'readSpec' | 'compareSpec'>
  /** Headers of a call with the given scopes; firebase-tools gets the token in them. */
  readonly authorize: (scopes: readonly string[]) => Promise<Readonly<Record<string, string>>>
  /** Whose token it is. */
  readonly account: string
  /** Has the log, and the generated files while it runs. */
  readonly dataDir: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Arguments of Node for the child. Default: those of this process. */
  readonly execArgv?: readonly string[]
  /** It retries for half an hour without a word where a name is taken. Default: 10 min. */
  readonly deadlineMs?: number
  readonly signal: AbortSignal
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform']
const DEADLINE_MS = 600_000

type Changes = Parameters<FunctionsExecutor>[0]

/**
 * Deploys functions with the unmodified firebase-tools. What counts is what is there afterwards: it also ends with an
 * error where all functions were deployed and only a clean-up policy for images is missing, which is ours to set.
 * Throws STITCH_FIREBASE_BUILD_ACCOUNT, STITCH_DATA_DIR_NOT_WRITABLE, what `failureOf` makes of its errors, and what reading back throws.
 */
export function createFirebaseExecutor(options: FirebaseExecutorOptions): FunctionsExecutor {
  return async (changes, context) => {
    for (const change of changes) refuseBuildAccount(change)
    // A second deployment of a function is refused by the API, and firebase-tools retries that without a word.
    const settled = await Promise.all(
      changes.map(async (change) => {
        const {spec, live, tell} = change
        return {...change, live: await settle(spec, live as LiveFunction | undefined, {...context, tell})}
      }),
    )
    const {file, end} = await runOn(settled, context, options)
    const wrong: string[] = []
    for (const change of changes)
      wrong.push(...(await readBack(change.spec, {...context, tell: change.tell}, options.kinds)))
    if (wrong.length > 0) throw failureOf(end, {wrong, file, request: functionRequest(settled[0]!.spec, context)})
  }
}

async function runOn(
  changes: Changes,
  {target, outputs}: ApplyContext,
  options: FirebaseExecutorOptions,
): Promise<{readonly file: string; readonly end: ToolsEnd}> {
  const {tools, dataDir, signal} = options
  const log = await writingTo(dataDir, () => openToolsLog(dataDir))
  const tokens = new Set<string>()
  const authorize = async (): Promise<{token: string; quotaProject: string | undefined}> => {
    const headers = new Headers(await options.authorize(SCOPES))
    const token = (headers.get('authorization') ?? '').replace(/^Bearer /i, '')
    tokens.add(token)
    return {token, quotaProject: headers.get('x-goog-user-project') ?? undefined}
  }
  const {files, only} = describeFirebaseProject({
    target,
    functions: changes.map(({spec, live}) => ({spec, exists: live !== undefined})),
    secretVersions: outputs.secretVersions,
    zip: outputs.source.zip,
  })
  const {quotaProject} = await authorize()
  await using folder = await writingTo(dataDir, () => createWorkFolder(dataDir, files))
  for (const {tell} of changes) tell({text: tools.warning ?? `firebase-tools ${tools.version} deploys it`})
  const end = await runTools({
    main: tools.main,
    project: target.project,
    only,
    folder: folder.path,
    email: options.account,
    token: async () => (await authorize()).token,
    environment: planFirebaseEnvironment(options.environment, {folder: folder.path, quotaProject}),
    execArgv: options.execArgv ?? process.execArgv,
    onLine: (level, line) => {
      const text = redact(line, [...tokens])
      log.write(level, text)
      const shown = readToolsLine(level, text)
      if (shown !== undefined) for (const {tell} of concerned(changes, shown)) tell({text: shown})
    },
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    signal,
  })
  return {file: log.file, end: {messages: end.messages.map((message) => redact(message, [...tokens]))}}
}

/** A line with a function's name is about that one; any other is told once. */
function concerned(changes: Changes, text: string): Changes {
  const named = changes.filter(({spec}) => new RegExp(`(?<![\\w-])${spec.functionId}\\(`).test(text))
  return named.length > 0 ? named : changes.slice(0, 1)
}

function refuseBuildAccount({spec, live}: Changes[number]): void {
  const wanted = spec.buildServiceAccount
  const {buildConfig} = (live ?? {}) as LiveFunction
  if (wanted === undefined || buildConfig?.serviceAccount?.endsWith(`/${wanted}`)) return
  throw new StitchError(`firebase-tools cannot build as ${wanted}, so ${spec.functionId} was not deployed.`, {
    code: 'STITCH_FIREBASE_BUILD_ACCOUNT',
    exit: 'deploy',
    hints: ['stitch deploy   (the default way can)', 'leave deploy.buildServiceAccount out of the configuration'],
  })
}
