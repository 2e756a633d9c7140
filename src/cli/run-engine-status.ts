import {clientEnvironmentOf, inspectEngine, type EngineStatus} from '#runtime/session/engine-daemon.ts'
import {showPath} from '#runtime/kernel/show-path.ts'
import {EXIT} from '#runtime/kernel/errors.ts'
import {exportLines} from './engine-lines.ts'
import {writeStdout} from './output.ts'
import type {Parsed} from './project.ts'
import {withDataDir} from './with-engine.ts'

/** `stitch engine status`: exit 0 where an engine answers, 1 where none does. */
export async function runEngineStatus({
  parsed,
  json,
}: {
  readonly parsed: Parsed
  readonly json: boolean
}): Promise<unknown> {
  const {dataDir, answer: status} = await withDataDir(parsed, inspectEngine)
  const isReady = status?.answers?.firestore === true && status.answers.pubsub
  if (!isReady) process.exitCode = EXIT.failed
  if (!json) await writeStdout(describe(status, dataDir))
  if (!status) return {running: false, ready: false, dataDir}
  const {pid, command, since, engine} = status.owner
  return {
    running: true,
    ready: isReady,
    dataDir,
    pid,
    command,
    since,
    ...(engine ? {engine: engine.name, answers: status.answers, env: clientEnvironmentOf(engine)} : {}),
  }
}

/** Comments and variables, so that a shell can take it all. */
function describe(status: EngineStatus | undefined, dataDir: string): string {
  if (!status) return `# No engine runs in ${showPath(dataDir)}.\n`
  const {
    owner: {pid, command, since, engine},
    answers,
  } = status
  const who = `# ${command}, process ${pid}, since ${since}, in ${showPath(dataDir)}`
  if (!engine || !answers) return `${who}: its engine does not answer yet.\n`
  const silent = [...(answers.firestore ? [] : ['Firestore']), ...(answers.pubsub ? [] : ['Pub/Sub'])]
  const state = silent.length === 0 ? `the ${engine.name} engine answers.` : `${silent.join(' and ')} does not answer.`
  return `${who}: ${state}\n${exportLines(clientEnvironmentOf(engine))}`
}
