import {DATABASE, ROOT, type Answer} from '../raw-service.ts'
import type {Condition, Operation, Program, Transform, Write} from './program.ts'
import {createTimes} from './times.ts'
import {wireFields, wirePath, wireQuery, wireValue, type Wired} from './to-wire.ts'
import type {Outcome, Wire} from './wire.ts'

/** What an engine said to one operation, with names for the times. */
export type Step = {readonly code: number; readonly message: string; readonly answers: unknown}

type Memory = {
  /** Update times of each document, as the engine told them. */
  readonly updates: Map<string, unknown[]>
  readonly commits: unknown[]
}

/** Runs a program on an empty database; the last step is all that the database has in the end. */
export async function runProgram(wire: Wire, program: Program): Promise<Step[]> {
  await wire.clear(DATABASE)
  const times = createTimes()
  const memory: Memory = {updates: new Map(), commits: []}
  const steps: Step[] = []
  for (const operation of program) {
    const {code, message, answers} = await perform(wire, operation, memory)
    steps.push({code, message, answers: times.name(answers)})
  }
  const end = await Promise.all(['c', 'd'].map((collectionId) => readAll(wire, collectionId)))
  steps.push({code: 0, message: '', answers: times.name(end)})
  return steps
}

async function readAll(wire: Wire, collectionId: string): Promise<unknown> {
  const {answers} = await wire.call('RunQuery', {
    parent: ROOT,
    structuredQuery: {from: [{collectionId, allDescendants: true}]},
  })
  return answers.map(({document}) => document)
}

type Reply = Outcome & {readonly message: string}

async function perform(wire: Wire, operation: Operation, memory: Memory): Promise<Reply> {
  switch (operation.kind) {
    case 'commit':
      return await commit(wire, operation.writes, memory)
    case 'batch': {
      const writes = operation.writes.map((write) => wireWrite(write, memory))
      const reply = await wire.call('BatchWrite', {database: DATABASE, writes})
      const [answer] = reply.answers as {writeResults?: Answer[]; status?: {code?: number}[]}[]
      if (!answer) return reply
      const status = answer.status?.map(({code}) => code ?? 0)
      return {...reply, answers: [{results: note(memory, operation.writes, answer.writeResults ?? []), status}]}
    }
    case 'get':
      return await get(wire, operation.documents, operation.mask ? {mask: wireMask(operation.mask)} : {})
    case 'get as it was':
      return await get(wire, operation.documents, timeOf(memory, operation.ago))
    case 'query':
      return await query(wire, operation.query)
    case 'query as it was':
      return await query(wire, operation.query, timeOf(memory, operation.ago))
    case 'aggregate': {
      const aggregations = operation.aggregations.map(({kind, path, upTo}, index) => ({
        alias: `n${index}`,
        [kind]: kind === 'count' ? (upTo > 0 ? {upTo: {value: upTo}} : {}) : {field: {fieldPath: wirePath(path)}},
      }))
      const structuredAggregationQuery = {structuredQuery: wireQuery(operation.query), aggregations}
      const reply = await wire.call('RunAggregationQuery', {parent: operation.query.parent, structuredAggregationQuery})
      return {...reply, answers: reply.answers.map(({result}) => ({result}))}
    }
    case 'list': {
      const {collection: collectionId, showMissing, ago} = operation
      const request = {
        parent: ROOT + operation.parent,
        collectionId,
        showMissing,
        pageSize: 100,
        ...timeOf(memory, ago),
      }
      const reply = await wire.call('ListDocuments', request)
      const [page] = reply.answers as {documents?: Answer[]}[]
      return {...reply, answers: page?.documents?.map(withoutTimesIfMissing) ?? []}
    }
    case 'collections':
      return await wire.call('ListCollectionIds', {
        parent: ROOT + operation.parent,
        pageSize: 100,
        ...timeOf(memory, operation.ago),
      })
    case 'transaction':
      return await transact(wire, operation, memory)
    default:
      return operation satisfies never
  }
}

function withoutTimesIfMissing({updateTime, ...document}: Answer): Answer {
  return document['createTime'] ? {...document, updateTime} : document
}

async function transact(
  wire: Wire,
  {documents, query: asked, writes, end, readOnly}: Extract<Operation, {kind: 'transaction'}>,
  memory: Memory,
): Promise<Reply> {
  const options = readOnly ? {readOnly: {}} : {readWrite: {}}
  const begun = await wire.call('BeginTransaction', {database: DATABASE, options})
  const transaction = begun.answers[0]?.['transaction']
  if (transaction === undefined) return begun
  const replies = [await get(wire, documents, {transaction})]
  if (asked) replies.push(await query(wire, asked, {transaction}))
  if (end === 'commit') replies.push(await commit(wire, writes, memory, {transaction}))
  // A transaction that could not be committed must not hold anything.
  const rollback = await wire.call('Rollback', {database: DATABASE, transaction})
  if (end === 'rollback') replies.push(rollback)
  return {
    code: 0,
    message: replies.map(({message}) => message).join(' | '),
    answers: replies.map(({code, answers}) => ({code, answers})),
  }
}

async function commit(wire: Wire, writes: readonly Write[], memory: Memory, more: object = {}): Promise<Reply> {
  const request = {database: DATABASE, writes: writes.map((write) => wireWrite(write, memory)), ...more}
  const reply = await wire.call('Commit', request)
  const [answer] = reply.answers as {writeResults?: Answer[]; commitTime?: unknown}[]
  if (!answer) return reply
  if (writes.length > 0) memory.commits.push(answer.commitTime)
  return {...reply, answers: [{results: note(memory, writes, answer.writeResults ?? [])}]}
}

/**
 * Remembers the update times of what was written, and tells the results with the documents they are of. Of a document that
 * one commit writes more than once the times are left out.
 */
function note({updates}: Memory, writes: readonly Write[], results: readonly Answer[]): Answer[] {
  return writes.map(({document}, index) => {
    const {updateTime, ...result} = results[index] ?? {}
    if (writes.some((other, at) => at !== index && other.document === document)) return result
    if (updateTime) updates.set(document, [...(updates.get(document) ?? []), updateTime])
    return {name: `${ROOT}/${document}`, updateTime, ...result}
  })
}

/** In the order of the names: the answers may come in any. */
async function get(wire: Wire, documents: readonly string[], more: object): Promise<Reply> {
  const request = {database: DATABASE, documents: documents.map((each) => `${ROOT}/${each}`), ...more}
  const reply = await wire.call('BatchGetDocuments', request)
  const answers = (reply.answers as {found?: {name?: string}; missing?: string}[])
    .filter(({found, missing}) => found ?? missing)
    .map(({found, missing}) => (found ? {found} : {missing}))
  const nameOf = ({found, missing}: (typeof answers)[number]) => found?.name ?? missing ?? ''
  return {...reply, answers: answers.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))}
}

async function query(wire: Wire, asked: Parameters<typeof wireQuery>[0], more: object = {}): Promise<Reply> {
  const reply = await wire.call('RunQuery', {parent: asked.parent, structuredQuery: wireQuery(asked), ...more})
  return {...reply, answers: reply.answers.flatMap(({document}) => (document ? [{document}] : []))}
}

function timeOf({commits}: Memory, ago: number | undefined): object {
  const time = ago === undefined ? undefined : commits.at(-1 - ago)
  return time ? {readTime: time} : {}
}

function wireMask(mask: readonly (readonly string[])[]): Wired {
  return {fieldPaths: mask.map(wirePath)}
}

function wireWrite(write: Write, memory: Memory): Wired {
  const name = `${ROOT}/${write.document}`
  const condition = write.condition && {currentDocument: wireCondition(write.condition, write.document, memory)}
  if (write.kind === 'delete') return {delete: name, ...condition}
  return {
    update: {name, fields: wireFields(write.fields)},
    ...(write.mask && {updateMask: wireMask(write.mask)}),
    updateTransforms: write.transforms.map(wireTransform),
    ...condition,
  }
}

function wireCondition(condition: Condition, document: string, {updates}: Memory): Wired {
  if (condition === 'exists' || condition === 'missing') return {exists: condition === 'exists'}
  const known = updates.get(document) ?? []
  const updateTime = condition === 'last update time' ? known.at(-1) : known[0]
  return updateTime ? {updateTime} : {exists: false}
}

function wireTransform(transform: Transform): Wired {
  const fieldPath = wirePath(transform.path)
  switch (transform.kind) {
    case 'now':
      return {fieldPath, setToServerValue: 'REQUEST_TIME'}
    case 'appendMissingElements':
    case 'removeAllFromArray':
      return {fieldPath, [transform.kind]: {values: transform.values.map(wireValue)}}
    case 'increment':
    case 'maximum':
    case 'minimum':
      return {fieldPath, [transform.kind]: wireValue(transform.value)}
    default:
      return transform satisfies never
  }
}
