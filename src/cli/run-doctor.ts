import {styleText} from 'node:util'
import {EXIT} from '#runtime/kernel/errors.ts'
import {runDoctor} from '#runtime/doctor/run.ts'
import {resolveProject, type Parsed} from './project.ts'

type DoctorParsed = Parsed & {readonly flags: {readonly all: boolean; readonly verbose?: boolean}}

/** `stitch doctor`: silent when all is well; otherwise one line and a hint per problem on stderr, and exit 3. */
export async function runDoctorCommand({
  parsed,
  json,
}: {
  readonly parsed: DoctorParsed
  readonly json: boolean
}): Promise<unknown> {
  const config = await resolveProject(parsed)
  const port = (key: 'sgtm' | 'firestore' | 'pubsub' | 'page', what: string) => {
    const origin = config.origins[`ports.${key}`] ?? ''
    return {port: config.ports[key], explicit: /^(flag|STITCH_)/.test(origin), what, flag: `--${key}-port`}
  }
  const found = await runDoctor({
    scope: {engine: config.engine, all: parsed.flags.all},
    environment: process.env,
    dataDir: config.dataDir,
    ports: [
      port('sgtm', 'the server container'),
      port('firestore', 'Firestore'),
      port('pubsub', 'Pub/Sub'),
      port('page', 'the page'),
    ],
    cwd: process.cwd(),
  })
  const problems = found.filter(({severity}) => severity === 'problem')
  const shown = parsed.flags.all || parsed.flags.verbose ? found : problems
  if (!json) {
    for (const {severity, sentence, hint} of shown) {
      const color = severity === 'problem' ? 'red' : 'yellow'
      process.stderr.write(`${styleText(color, severity, {stream: process.stderr})}: ${sentence}\n  ${hint}\n`)
    }
  }
  process.exitCode = problems.length > 0 ? EXIT.environment : EXIT.ok
  return {ready: problems.length === 0, problems: found}
}
