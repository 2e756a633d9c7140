import {statusOf} from '../../grpc/status.ts'
import {untilAborted} from '../../grpc/until-aborted.ts'
import {invalidArgument} from '../errors.ts'
import {parseDatabase} from '../paths/names.ts'
import type {ServiceContext} from '../rpc/context.ts'
import {buildTarget} from './build-target.ts'
import type {Interest} from './interest.ts'
import {mergeDeltas} from './merge.ts'
import {
  encodeDocumentChange,
  encodeDocumentDelete,
  encodeDocumentRemove,
  encodeFilter,
  encodeTargetChange,
} from './messages.ts'
import type {Moment} from './messages.ts'
import {openView} from './open-view.ts'
import {readListenRequest} from './request.ts'
import type {TargetRequest} from './request.ts'
import type {ResumeTokens} from './resume-token.ts'
import type {Delta, View} from './view.ts'

/** What listening needs besides the store: one for all streams of the service. */
export type Listening = {readonly interest: Interest; readonly tokens: ResumeTokens}

/**
 * The targets of one Listen stream. What it answers is worked out in one go and is one moment's state, however slowly
 * it is then taken.
 */
export type Session = Disposable & {
  /** Resolves when a request can be handled without reading a large collection for it. Rejects when the signal aborts. */
  readonly prepare: (request: Buffer, signal: AbortSignal) => Promise<void>
  /** Throws what ends the whole stream: INVALID_ARGUMENT for a database that is none or another one. */
  readonly handle: (request: Buffer) => Iterable<Buffer>
  /** Everything that changed for the targets since, as one snapshot; nothing where nothing did. */
  readonly flush: () => Iterable<Buffer>
  /** Tells a quiet listener that it is up to date: the Node client gives up a stream that is silent for 120 s. */
  readonly keepAlive: () => Iterable<Buffer>
}

type Target = {readonly id: number; readonly view: View; readonly stop: () => void}

/** @param rouse called when `flush` may have something */
export function openSession(context: ServiceContext, {interest, tokens}: Listening, rouse: () => void): Session {
  const {store, timeline} = context
  const targets = new Map<number, Target>()
  let database: string | undefined

  const now = (): Moment => {
    const readTime = timeline.readTime()
    return {readTime, token: tokens.format(readTime)}
  }
  const remove = (id: number): void => {
    targets.get(id)?.stop()
    targets.delete(id)
  }
  const chooseId = (): number => {
    let id = 1
    while (targets.has(id)) id++
    return id
  }

  const drainAll = (): TargetNews[] =>
    [...targets.values()].map(({id, view}) => ({id, mask: view.mask, deltas: view.drain()}))

  const add = function* (request: TargetRequest, inDatabase: string): Generator<Buffer> {
    const id = request.id || chooseId()
    if (targets.has(id)) throw invalidArgument(`Target id ${id} is in use on this stream.`)
    let view: View
    let since: number | undefined
    try {
      if (id < 0) throw invalidArgument('A target id must be positive.')
      view = openView(store, inDatabase, request)
      since = findStart(request)
    } catch (error) {
      yield encodeTargetChange('REMOVE', [id], {cause: statusOf(error)})
      return
    }
    // All of this belongs to one moment, nothing is awaited in between; the snapshot it ends with is every target's.
    const others = drainAll()
    const deltas = view.start(since)
    const moment = now()
    const count = view.count()
    if (!request.once) targets.set(id, {id, view, stop: interest.add(view, rouse)})
    yield encodeTargetChange('ADD', [id])
    if (request.resumeToken && since === undefined) yield encodeTargetChange('RESET', [id])
    yield* encodeNews([...others, {id, mask: view.mask, deltas}], moment.readTime)
    if (since !== undefined && request.selection?.kind === 'query') yield encodeFilter(id, count)
    yield encodeTargetChange('CURRENT', [id], {moment})
    yield encodeTargetChange('NO_CHANGE', [], {moment})
    if (request.once) yield encodeTargetChange('REMOVE', [id])
  }

  /** The moment a listener comes back from; undefined where it must get everything. Throws for wrong read times. */
  const findStart = ({resumeToken, readTime}: TargetRequest): number | undefined => {
    if (!resumeToken) return readTime === undefined ? undefined : timeline.check(readTime)
    const at = tokens.parse(resumeToken)
    try {
      return at === undefined ? undefined : timeline.check(at)
    } catch {
      return undefined
    }
  }

  return {
    prepare: async (bytes, signal) => {
      const built = buildTarget(store, bytes)
      if (built) await untilAborted(built, signal)
    },
    *handle(bytes) {
      const request = readListenRequest(bytes)
      if (database === undefined || request.database !== '') {
        const named = parseDatabase(request.database)
        database ??= named
        if (named !== database) throw invalidArgument(`The stream is of ${database}, so it cannot listen to ${named}.`)
      }
      if (request.add) yield* add(request.add, database)
      if (request.remove !== undefined && targets.has(request.remove)) {
        remove(request.remove)
        yield encodeTargetChange('REMOVE', [request.remove])
      }
    },
    *flush() {
      const news = drainAll()
      if (news.every(({deltas}) => deltas.length === 0)) return
      const moment = now()
      yield* encodeNews(news, moment.readTime)
      yield encodeTargetChange('NO_CHANGE', [], {moment})
    },
    *keepAlive() {
      if (targets.size > 0) yield encodeTargetChange('NO_CHANGE', [], {moment: now()})
    },
    [Symbol.dispose]: () => {
      for (const id of targets.keys()) remove(id)
    },
  }
}

type TargetNews = {readonly id: number; readonly mask: View['mask']; readonly deltas: readonly Delta[]}

function* encodeNews(all: readonly TargetNews[], readTime: number): Generator<Buffer> {
  for (const {name, document, mask, targets, removed, moved} of mergeDeltas(all)) {
    if (!document) yield encodeDocumentDelete(name, removed, readTime)
    else if (moved) yield encodeDocumentRemove(name, removed, readTime)
    else yield encodeDocumentChange(document, {targets, removed}, mask)
  }
}
