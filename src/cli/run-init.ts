import {relative, resolve} from 'node:path'
import {ConfigFile} from '#runtime/config/schema.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {prepareInit} from '#runtime/init/prepare-init.ts'
import {lookAround} from '#runtime/init/look-around.ts'
import type {InitPlan, Told} from '#runtime/init/types.ts'
import {openQuestions} from './init-questions.ts'
import {packageFiles} from './package-files.ts'
import {writeStdout} from './output.ts'
import type {CommandContext} from './run-simulate.ts'
import {listenForInterrupts} from './signals.ts'

export type InitParsed = {
  readonly args: {readonly folder?: string | undefined}
  readonly flags: {
    readonly project?: string | undefined
    readonly region?: string | undefined
    readonly 'sgtm-url'?: string | undefined
    readonly 'with-handlers': boolean
    readonly yes: boolean
  }
}

/** `stitch init`: looks around, asks what is left, writes everything or nothing, and says what comes next. */
export async function runInit({parsed, json, version}: CommandContext<InitParsed>): Promise<unknown> {
  const {flags, args} = parsed
  using interrupts = listenForInterrupts()
  const {signal} = interrupts
  const folder = resolve(args.folder ?? '.')
  const surroundings = lookAround(folder)
  const withHandlers = flags['with-handlers']
  // What is in the way is told before anything is asked.
  const write = await prepareInit({surroundings, withHandlers, version, files: packageFiles})
  using questions = await openQuestions({ask: !flags.yes && !json, signal})
  const project =
    given(flags.project, '--project', faultOfProject) ??
    usable(surroundings.project, faultOfProject) ??
    (await questions.ask('Google Cloud project id (Enter: decide later)', faultOfProject))
  const sgtmUrl =
    given(flags['sgtm-url'], '--sgtm-url', faultOfUrl) ??
    (await questions.ask('URL of the server container, as https://sgtm.example.com (Enter: decide later)', faultOfUrl))
  const region = given(flags.region, '--region', () => undefined) ??
    surroundings.region ?? {value: 'us-central1', from: 'default'}
  const answers = {project: project?.value, region: region.value, sgtmUrl: sgtmUrl?.value}
  const plan = await write(answers, signal)
  if (!json) await writeStdout(describe(plan, folder, {project, region}))
  return {
    folder,
    project: project ?? null,
    region,
    sgtmUrl: sgtmUrl?.value ?? null,
    written: plan.files.filter(({before}) => before === undefined).map(({path}) => path),
    changed: plan.files.filter(({before}) => before !== undefined).map(({path}) => path),
    next: plan.next,
  }
}

type Fault = (value: string) => string | undefined

function faultOfProject(value: string): string | undefined {
  const {error} = ConfigFile.shape.project.safeParse(value)
  return error && `A project id ${error.issues[0]!.message}`
}

function faultOfUrl(value: string): string | undefined {
  const isUrl = URL.canParse(value) && new URL(value).protocol === 'https:'
  return isUrl ? undefined : 'The address of the server container must be an https URL'
}

/** What a flag says, checked as the configuration would. */
function given(value: string | undefined, flag: string, faultOf: Fault): Told<string> | undefined {
  if (value === undefined) return undefined
  const fault = faultOf(value)
  if (fault === undefined) return {value, from: `flag ${flag}`}
  throw new StitchError(`${fault} and ${flag} is not, so nothing was written.`, {code: 'STITCH_USAGE', exit: 'usage'})
}

/** What was found out, unless it is something that the configuration would not take. */
function usable(told: Told<string> | undefined, faultOf: Fault): Told<string> | undefined {
  return told && faultOf(told.value) === undefined ? told : undefined
}

function describe(
  {files, next}: InitPlan,
  folder: string,
  {project, region}: {readonly project: Told<string> | undefined; readonly region: Told<string>},
): string {
  const here = relative(process.cwd(), folder)
  const show = (path: string): string => relative(process.cwd(), path) || path
  const width = Math.max(...next.map(({command}) => command.length))
  return [
    ...files.map(({path, before}) => `${before === undefined ? '+' : '~'} ${show(path)}`),
    '',
    project ? `project ${project.value} (${project.from})` : 'project: the simulation needs none',
    `region ${region.value} (${region.from})`,
    '',
    'Next:',
    ...(here === '' ? [] : [`  cd ${here}`]),
    ...next.map(({command, what}) => `  ${command.padEnd(width)}   ${what}`),
    '',
  ].join('\n')
}
