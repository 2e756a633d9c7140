import {fitCells, wrapCells} from '#runtime/trace/cells.ts'
import {formatDuration} from '#runtime/trace/durations.ts'
import {piece, type Line, type Look} from '#runtime/trace/lines.ts'
import type {Backlog} from './backlog.ts'
import type {FunctionStatus, SecretStatus, Status} from './status.ts'

type Row = {readonly name: string; readonly text: string; readonly look?: Look}

const NAME = 16

/** The state as lines of at most `columns` cells: what is well is plain, what needs somebody stands out. */
export function showStatus(status: Status, columns: number): readonly Line[] {
  const {target, lookup, worker, secrets, subscription, deadLetters, drift, unread} = status
  const {project, region, stage} = target
  const rows: readonly Row[] = [
    {name: 'stage', text: `${stage ?? 'default'} in ${project}, ${region}`},
    ...describeFunction('lookup', lookup),
    ...(worker ? describeFunction('worker', worker) : [{name: 'worker', text: 'not there', look: 'fail' as const}]),
    describeBundle(status),
    describeRelease(status),
    ...secrets.map(describeSecret),
    describeSubscription(subscription),
    describeDead(deadLetters),
    ...describeDrift(drift),
    ...unread.map((text): Row => ({name: 'not read', text, look: 'warn'})),
  ]
  return rows.flatMap(({name, text, look = 'plain'}) =>
    wrapCells(text, columns - NAME).map((line, index): Line => [
      piece(fitCells(index === 0 ? name : '', NAME), 'dim'),
      piece(line, look),
    ]),
  )
}

function describeFunction(name: string, live: FunctionStatus): readonly Row[] {
  const {state, url, revision, updated, invokers} = live
  const when = updated === undefined ? '' : `, ${updated.slice(0, 16).replace('T', ' ')} UTC`
  const isWell = state === 'ACTIVE'
  return [
    {name, text: `${state.toLowerCase()}, ${revision ?? 'no revision'}${when}`, look: isWell ? 'pass' : 'fail'},
    ...(url === undefined ? [] : [{name: '', text: url}]),
    {name: '', text: describeInvokers(invokers), look: isOpenByMistake(name, invokers) ? 'fail' : 'plain'},
  ]
}

function describeInvokers(invokers: readonly string[] | undefined): string {
  if (invokers === undefined) return 'who may call it is not known'
  if (invokers.includes('allUsers')) return 'public: everybody may call it, and calls must be signed'
  const names = invokers.map((member) => member.replace(/^serviceAccount:/, ''))
  return names.length === 0 ? 'nobody may call it' : `may be called by ${names.join(', ')}`
}

/** The worker takes no signature, so it must never be public. */
function isOpenByMistake(name: string, invokers: readonly string[] | undefined): boolean {
  return name === 'worker' && (invokers ?? []).some((member) => member.startsWith('all'))
}

function describeBundle({lookup, worker, bundle}: Status): Row {
  const deployed = [...new Set([lookup.source, worker?.source].filter((source) => source !== undefined))]
  const names = deployed.map((source) => source.slice(0, 12)).join(' and ') || 'unknown'
  if (deployed.length > 1) return {name: 'bundle', text: `${names}: the functions run different ones`, look: 'fail'}
  if (bundle === undefined) return {name: 'bundle', text: `${names} deployed, none here`}
  const same = deployed.length === 1 && bundle.startsWith(deployed[0]!)
  if (same) return {name: 'bundle', text: `${names} deployed, the same as here`}
  return {name: 'bundle', text: `${names} deployed, ${bundle.slice(0, 12)} here`, look: 'warn'}
}

function describeRelease({release, lookup}: Status): Row {
  if (!release) return {name: 'release', text: 'none is kept on this machine'}
  const same = lookup.source !== undefined && release.sha256.startsWith(lookup.source)
  return {
    name: 'release',
    text: `${release.id}, ${same ? 'which is deployed' : 'which is not what is deployed'}`,
    look: same ? 'plain' : 'warn',
  }
}

function describeSecret({secret, pinned, newest}: SecretStatus): Row {
  const versions = [...new Set(Object.values(pinned))]
  const isNewest = versions.length === 1 && versions[0] === newest
  const used = versions.length === 0 ? 'used by no function' : `version ${versions.join(' and ')} in use`
  const text = `${secret}: ${used}${newest === undefined ? '' : isNewest ? ', the newest' : `, newest is ${newest}`}`
  return {name: 'secret', text, look: newest === undefined || isNewest ? 'plain' : 'warn'}
}

function describeSubscription({name, state, backlog}: Status['subscription']): Row {
  const known = state?.toLowerCase().replaceAll('_', ' ') ?? 'not known'
  const isWell = state === undefined || state === 'ACTIVE'
  const isLate = (backlog.oldestSeconds ?? 0) > 300
  return {
    name: 'subscription',
    text: `${name}: ${known}, ${describeBacklog(backlog)}`,
    look: isWell ? (isLate ? 'warn' : 'plain') : 'fail',
  }
}

function describeDead({name, backlog}: Status['deadLetters']): Row {
  const {waiting} = backlog
  const hint = (waiting ?? 0) > 0 ? ' (requests that worker could not fulfil)' : ''
  return {
    name: 'dead letters',
    text: `${name}: ${describeBacklog(backlog)}${hint}`,
    look: hint === '' ? 'plain' : 'fail',
  }
}

function describeBacklog({waiting, oldestSeconds}: Backlog): string {
  if (waiting === undefined) return 'what waits is not known'
  if (waiting === 0) return 'nothing waits'
  const age = oldestSeconds === undefined ? '' : `, the oldest for ${formatDuration(oldestSeconds * 1000)}`
  return `${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}${age}`
}

function describeDrift(drift: Status['drift']): readonly Row[] {
  if ('unknown' in drift) return [{name: 'drift', text: `not known: ${drift.unknown}`, look: 'warn'}]
  const {create, update, delete: removals, blocked, changes} = drift
  const total = create + update + removals + blocked
  if (total === 0) return [{name: 'drift', text: 'none: a deploy would change nothing'}]
  const words = [
    ...(create > 0 ? [`${create} to create`] : []),
    ...(update > 0 ? [`${update} to change`] : []),
    ...(removals > 0 ? [`${removals} to delete`] : []),
    ...(blocked > 0 ? [`${blocked} in the way`] : []),
  ]
  return [
    {name: 'drift', text: `a deploy would find ${words.join(', ')}`, look: 'warn'},
    ...changes.map((text): Row => ({name: '', text, look: 'dim'})),
  ]
}
