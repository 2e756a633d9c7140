import type {Labels, SecretSpec} from '../specs.ts'
import type {ApiRequest, ApplyContext, CompareContext, Comparison, Kind, ReadContext} from '../types.ts'
import {crc32c} from './crc32c.ts'
import {verdictOf} from './differences.ts'
import {hasLabels, judgeLabels, labelsToWrite, partByLabels, releasedLabels} from './ownership.ts'

type LiveSecret = {
  readonly labels?: Labels
  /** Number of the newest enabled version; undefined where there is none. */
  readonly version?: string
  /** Number of the newest version where none is enabled, and somebody has disabled it. */
  readonly disabled?: string
}
type Version = {readonly name: string; readonly state?: string}

const KEY_BYTES = 32

/** A secret with an enabled version. Its value is made here, at random, and leaves this process only in one request. */
export const secretKind: Kind<SecretSpec, LiveSecret> = {
  type: 'secret',
  read: async (spec, context) => {
    const secret = await context.api.find<LiveSecret>(requestOf(spec, context))
    if (!secret) return undefined
    return {...(secret.labels ? {labels: secret.labels} : {}), ...(await findVersion(spec, context))}
  },
  compare: (spec, live, context) => {
    if (!live) return {verdict: 'create'}
    const standing = judgeLabels(spec, live.labels, context)
    if (standing.foreign) return standing.foreign
    if (live.disabled !== undefined) return explainDisabled(spec, live.disabled, context)
    return verdictOf([...standing.reasons, ...(live.version === undefined ? ['has no enabled version'] : [])])
  },
  apply: async (spec, live, context) => {
    const {api, target} = context
    const labels = labelsToWrite(spec.labels, live?.labels, target.stage)
    if (!live) {
      await api.call({
        api: 'secretmanager',
        method: 'POST',
        path: `/v1/projects/${target.project}/secrets`,
        query: {secretId: spec.secretId},
        body: {labels, replication: {automatic: {}}},
      })
    } else if (!hasLabels(live.labels, labels)) {
      await patchLabels(spec, labels, context)
    }
    if (live?.version === undefined) await addVersion(spec, context)
  },
  remove: async (spec, live, context) => {
    const farewell = partByLabels(live.labels, context.target.stage)
    if (farewell === 'delete') await context.api.find({...requestOf(spec, context), method: 'DELETE'})
    if (farewell === 'release') await patchLabels(spec, releasedLabels(live.labels), context)
  },
}

/**
 * The newest version is asked first, and where it is no answer, all: `latest` lags behind, and a second value of the
 * pepper would lose every identity.
 */
async function findVersion(spec: SecretSpec, context: ReadContext): Promise<Pick<LiveSecret, 'version' | 'disabled'>> {
  const latest = await context.api.find<Version>(requestOf(spec, context, '/versions/latest'))
  if (latest?.state === 'ENABLED') return {version: numberOf(latest)}
  const versions = await context.api.list<Version>(requestOf(spec, context, '/versions'), 'versions')
  const newest = (wanted: string): string | undefined =>
    versions
      .filter(({state}) => state === wanted)
      .map(numberOf)
      .toSorted((a, b) => Number(b) - Number(a))[0]
  const [version, disabled] = [newest('ENABLED'), newest('DISABLED')]
  if (version !== undefined) return {version}
  return disabled === undefined ? {} : {disabled}
}

/** Whoever disabled a secret meant it: a new value in its place would end what the old one held together. */
function explainDisabled({secretId}: SecretSpec, version: string, {outputs}: CompareContext): Comparison {
  return {
    verdict: 'impossible',
    code: 'STITCH_SECRET_DISABLED',
    reason: `its version ${version} is disabled, and a new value would not be the same secret`,
    hints: [`gcloud secrets versions enable ${version} --secret=${secretId} --project=${outputs.project}`],
  }
}

function numberOf({name}: Version): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** Adds a random value. It is in the body of this one request, and no error keeps a body. */
async function addVersion(spec: SecretSpec, context: ApplyContext): Promise<void> {
  const key = (): string => context.random(KEY_BYTES).toString('base64')
  const value = Buffer.from(spec.content === 'hmac-keys' ? JSON.stringify({k1: key()}) : key())
  const payload = {data: value.toString('base64'), dataCrc32c: String(crc32c(value))}
  await context.api.call({...requestOf(spec, context, ':addVersion'), method: 'POST', body: {payload}})
}

async function patchLabels(spec: SecretSpec, labels: Labels, context: ReadContext): Promise<void> {
  const request = {...requestOf(spec, context), method: 'PATCH', query: {updateMask: 'labels'}} as const
  await context.api.call({...request, body: {labels}, repeatable: true})
}

function requestOf({secretId}: SecretSpec, {target}: ReadContext, rest = ''): ApiRequest {
  const path = `/v1/projects/${target.project}/secrets/${encodeURIComponent(secretId)}${rest}`
  return {api: 'secretmanager', method: 'GET', path}
}
