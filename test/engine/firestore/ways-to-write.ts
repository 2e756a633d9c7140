import {DATABASE, ROOT, writeOf} from './raw-service.ts'
import type {RawService} from './raw-service.ts'

const document = (path: string, n: number): object => ({name: `${ROOT}/${path}`, fields: {n: {integerValue: n}}})

/** Every way to write a document `c/a`, from outside of transactions: nine is its number then, or it is gone. */
export const WAYS: Readonly<Record<string, (service: RawService, signal?: AbortSignal) => Promise<unknown>>> = {
  Commit: (service, signal) => service.call('Commit', {database: DATABASE, writes: [writeOf('c/a', {n: 9})]}, signal),
  BatchWrite: (service, signal) =>
    service.call('BatchWrite', {database: DATABASE, writes: [writeOf('c/a', {n: 9})]}, signal),
  UpdateDocument: (service, signal) => service.call('UpdateDocument', {document: document('c/a', 9)}, signal),
  DeleteDocument: (service, signal) => service.call('DeleteDocument', {name: `${ROOT}/c/a`}, signal),
  Write: async (service) => {
    const stream = service.open('Write')
    stream.send({database: DATABASE})
    const opened = (await stream.next())!
    stream.send({streamToken: opened['streamToken'], writes: [writeOf('c/a', {n: 9})]})
    return await stream.next()
  },
}
