import {listMissingParts} from '#runtime/engine/firebase/require-suite.ts'
import {listMissingTools, type MissingTool} from '#runtime/engine/gcloud/toolchain.ts'
import {listExternalHosts} from '#runtime/engine/external-hosts.ts'
import {checkDataDir, checkLock} from './check-data-dir.ts'
import type {DoctorProbes, DoctorScope, DoctorSubject, Problem} from './types.ts'

type Finding = Omit<Problem, 'check'>

/** One row of the table: when it is asked for, and what it finds. */
export type Check = {
  readonly name: string
  readonly isAsked: (scope: DoctorScope) => boolean
  readonly look: (subject: DoctorSubject, probes: DoctorProbes) => Promise<readonly Finding[]>
}

/** The version that the code is written for and that deployed functions run on (`nodejs24`). */
const OLDEST_NODE = 24
/** The first that knows the `nodejs24` runtime and has no older Java in its way. */
const OLDEST_FIREBASE_TOOLS = 15

const always = (): boolean => true
const forGcloud = ({engine}: DoctorScope): boolean => engine === 'gcloud'
const forDeploy = ({deploy}: DoctorScope): boolean => deploy === true

/** All checks, in the order in which their findings are shown. A new check is a new row. */
export const CHECKS: readonly Check[] = [
  {name: 'node', isAsked: always, look: async (_, {nodeVersion}) => checkNode(nodeVersion)},
  {name: 'ports', isAsked: ({engine}) => engine !== 'external', look: checkPorts},
  {name: 'data folder', isAsked: always, look: checkDataDir},
  {name: 'lock', isAsked: always, look: checkLock},
  {name: 'java', isAsked: forGcloud, look: async (_, probes) => await checkTools(probes, 'java')},
  {
    name: 'gcloud',
    isAsked: (scope) => forGcloud(scope) || forDeploy(scope),
    look: async (_, probes) => await checkTools(probes, 'gcloud'),
  },
  {name: 'emulators', isAsked: forGcloud, look: async (_, probes) => await checkTools(probes, 'emulators')},
  {
    name: 'firebase emulators',
    isAsked: ({engine}) => engine === 'firebase',
    look: async (_, probes) =>
      listMissingParts(await probes.findFirebaseSuite()).map(({sentence, hint}) => problem(`${sentence}.`, hint)),
  },
  {
    name: 'emulator hosts',
    isAsked: ({engine}) => engine === 'external',
    look: async ({environment}) => checkHosts(environment),
  },
  {
    name: 'firebase-tools',
    isAsked: forDeploy,
    look: async (_, probes) => checkFirebase(await probes.findFirebaseTools()),
  },
  {name: 'credentials', isAsked: forDeploy, look: async (_, probes) => await checkCredentials(probes)},
]

function checkNode(version: string): Finding[] {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return []
  return [
    problem(
      `Node ${version} is older than ${OLDEST_NODE}, so nothing can be run.`,
      `npm install --global node@${OLDEST_NODE}`,
    ),
  ]
}

/** A default port that is taken only moves; one that was asked for by number stops the run. */
async function checkPorts({ports}: DoctorSubject, probes: DoctorProbes): Promise<Finding[]> {
  const findings = ports.map(async (wish): Promise<Finding[]> => {
    const state = wish.port === 0 ? 'free' : await probes.probePort(wish.port)
    if (state === 'free') return []
    const holder = state === 'taken' ? await probes.findPortHolder(wish.port) : undefined
    const by = holder ? ` by process ${holder.pid}${holder.command ? ` (${holder.command})` : ''}` : ''
    const what = state === 'taken' ? `is taken${by}` : 'may not be opened by this user'
    const follows = wish.explicit ? `${wish.what} cannot start` : `${wish.what} would use another one`
    const sentence = `Port ${wish.port} ${what}, so ${follows}.`
    const hint = holder ? `kill ${holder.pid}, or ${wish.flag} 0` : `${wish.flag} 0`
    return [{severity: wish.explicit ? 'problem' : 'note', sentence, hint}]
  })
  return (await Promise.all(findings)).flat()
}

async function checkTools(probes: DoctorProbes, tool: MissingTool['tool']): Promise<Finding[]> {
  const missing = listMissingTools(await probes.findTools()).filter((it) => it.tool === tool)
  return missing.map(({sentence, hint}) => problem(`${sentence}.`, hint))
}

/** Only whether they are set and well formed: whether they answer is found out by the run that uses them. */
function checkHosts(environment: DoctorSubject['environment']): Finding[] {
  return listExternalHosts(environment).flatMap(({name, what, usual, value, host}) => {
    if (host) return []
    const state = value ? `is "${value}", which is not host:port` : 'is not set'
    return [problem(`${name} ${state}, so it is not known which ${what} to use.`, `export ${name}=${usual}`)]
  })
}

function checkFirebase(version: string | undefined): Finding[] {
  const hint = `npm install --save-dev firebase-tools@${OLDEST_FIREBASE_TOOLS}`
  if (version === undefined) return [problem('firebase-tools is not installed, so it cannot deploy.', hint)]
  if (Number.parseInt(version, 10) >= OLDEST_FIREBASE_TOOLS) return []
  return [problem(`firebase-tools ${version} is older than ${OLDEST_FIREBASE_TOOLS}, so it cannot deploy.`, hint)]
}

async function checkCredentials(probes: DoctorProbes): Promise<Finding[]> {
  const state = await probes.readCredentials()
  const login = 'gcloud auth application-default login'
  switch (state.kind) {
    case 'found':
      return []
    case 'missing':
      return state.named
        ? [
            problem(
              `GOOGLE_APPLICATION_CREDENTIALS names ${state.file}, which does not exist, so nobody is signed in.`,
              login,
            ),
          ]
        : [problem(`There is no ${state.file}, so nobody is signed in for a deploy.`, login)]
    case 'malformed':
      return [
        problem(`${state.file} holds no credentials (${state.reason}), so nobody is signed in for a deploy.`, login),
      ]
    default:
      return state satisfies never
  }
}

function problem(sentence: string, hint: string): Finding {
  return {severity: 'problem', sentence, hint}
}
