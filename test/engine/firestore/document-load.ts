import {Firestore} from '@google-cloud/firestore'
import {expect} from 'vitest'
import type {GrpcChannel} from '#runtime/engine/grpc-call.ts'
import {callOrLose} from '../pubsub/message-load.ts'
import {DATABASE, ROOT, wireOf, writeOf, type Answer} from './raw-service.ts'

const LANES = ['a', 'b', 'c'] as const
const ACCOUNTS = ['w', 'x', 'y', 'z'] as const
const EACH = 100
/** Every so many steps a lane deletes the document before last. */
const DELETE_EVERY = 4

type Lane = {confirmed: number; tried: number}

/**
 * Writers over servers that die, and what these said they had done. A lane counts: each of its commits writes the next
 * document of a log, now and then deletes one, and notes its number in a counter. Tellers move money between accounts in
 * transactions that collide.
 */
export function createDocumentLoad() {
  const lanes = new Map<string, Lane>(LANES.map((name) => [name, {confirmed: 0, tried: 0}]))
  let transfers = 0

  return {
    lanes: LANES,
    transfers: () => transfers,
    setUp: async (channel: GrpcChannel): Promise<void> => {
      const writes = [
        ...ACCOUNTS.map((name) => writeOf(`accounts/${name}`, {n: EACH})),
        ...LANES.map((name) => writeOf(`counters/${name}`, {n: 0})),
      ]
      await call(channel, 'Commit', {database: DATABASE, writes})
    },
    /** Writes until the server is gone. */
    write: async (channel: GrpcChannel, name: string): Promise<void> => {
      const lane = lanes.get(name)!
      for (;;) {
        const n = lane.confirmed + 1
        lane.tried = n
        const goes = n % DELETE_EVERY === 0 ? [{delete: `${ROOT}/log/${name}-${n - 1}`}] : []
        const fields = {n, lane: LANES.indexOf(name as never)}
        const writes = [writeOf(`log/${name}-${n}`, fields), ...goes, writeOf(`counters/${name}`, {n})]
        if (!(await call(channel, 'Commit', {database: DATABASE, writes}))) return
        lane.confirmed = n
      }
    },
    /** Moves money until the server is gone. Who loses a transaction to another teller goes on with the next. */
    transfer: async (channel: GrpcChannel): Promise<void> => {
      for (let turn = 0; ; turn++) {
        const [from, to] = [ACCOUNTS[turn % 4]!, ACCOUNTS[(turn + 1 + (turn % 3)) % 4]!]
        const begun = await call(channel, 'BeginTransaction', {database: DATABASE, options: {readWrite: {}}})
        if (!begun) return
        const {transaction} = begun
        const amounts: number[] = []
        for (const account of [from, to]) {
          const found = await call(channel, 'GetDocument', {name: `${ROOT}/accounts/${account}`, transaction})
          if (!found) return
          amounts.push(numberOf(found))
        }
        const writes = [
          writeOf(`accounts/${from}`, {n: amounts[0]! - 1}),
          writeOf(`accounts/${to}`, {n: amounts[1]! + 1}),
        ]
        const done = await call(channel, 'Commit', {database: DATABASE, writes, transaction}, [ABORTED])
        if (!done) return
        transfers++
      }
    },
    /** Asks by a field now and then, so that an index is made and kept in step. */
    ask: async (channel: GrpcChannel): Promise<void> => {
      await callOrLose(channel, wireOf('RunQuery').path, wireOf('RunQuery').encode(queryOf(0)))
    },
    /** After a restart: each counter is where its lane was told it is, or one step further, which then counts as done. */
    check: async (channel: GrpcChannel): Promise<void> => {
      for (const [name, lane] of lanes) {
        const found = numberOf((await call(channel, 'GetDocument', {name: `${ROOT}/counters/${name}`}))!)
        expect([lane.confirmed, lane.tried]).toContain(found)
        lane.confirmed = found
      }
    },
    /** In the end: every document is there that was written and not deleted, no other, and the money is all there. */
    checkAll: async (host: string): Promise<void> => {
      const client = new Firestore({projectId: 'p', host, ssl: false, preferRest: false})
      try {
        const accounts = await client.collection('accounts').get()
        const sum = accounts.docs.reduce((total, document) => total + Number(document.get('n')), 0)
        expect(sum).toBe(ACCOUNTS.length * EACH)
        const all = (await client.collection('log').get()).docs.map(({id}) => id)
        const expected = [...lanes].flatMap(([name, {confirmed}]) =>
          Array.from({length: confirmed}, (_, at) => at + 1)
            .filter((n) => n % DELETE_EVERY !== DELETE_EVERY - 1 || n === confirmed)
            .map((n) => `${name}-${n}`),
        )
        expect(all.toSorted()).toEqual(expected.toSorted())
        for (const [at, name] of LANES.entries()) {
          const found = await client.collection('log').where('lane', '==', at).get()
          expect(found.docs.map(({id}) => id).toSorted()).toEqual(
            expected.filter((id) => id.startsWith(`${name}-`)).toSorted(),
          )
        }
      } finally {
        await client.terminate()
      }
    },
  }
}

const ABORTED = 10

/** An answer; an empty one for a status that was reckoned with; undefined when the server is gone. */
async function call(
  channel: GrpcChannel,
  name: string,
  request: object,
  reckoned: readonly number[] = [],
): Promise<Answer | undefined> {
  const wire = wireOf(name)
  const body = await callOrLose(channel, wire.path, wire.encode(request), reckoned)
  return body && wire.decode(body)
}

function queryOf(lane: number): object {
  const where = {fieldFilter: {field: {fieldPath: 'lane'}, op: 'EQUAL', value: {integerValue: lane}}}
  return {parent: ROOT, structuredQuery: {from: [{collectionId: 'log'}], where, limit: {value: 1}}}
}

function numberOf(document: Answer): number {
  const {n} = document['fields'] as {readonly n: {readonly integerValue: string}}
  return Number(n.integerValue)
}
