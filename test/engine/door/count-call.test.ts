import type protobuf from 'protobufjs'
import {expect, test} from 'vitest'
import {createCallReader} from '#runtime/engine/door/count-call.ts'
import {frameMessage} from '#runtime/engine/embedded/grpc/frames.ts'
import {firestore, wireOf} from '../firestore/raw-service.ts'

/** What is counted of a pipeline with these stages, answered with these results. */
function count(stages: readonly string[], results: readonly object[]) {
  const reader = createCallReader('ExecutePipeline')
  const {encode} = wireOf('ExecutePipeline')
  const request = encode({structuredPipeline: {pipeline: {stages: stages.map((name) => ({name}))}}})
  reader.request(Buffer.from(frameMessage(request)))
  const {resolvedResponseType: Response} = firestore.methods['ExecutePipeline']!.resolve() as protobuf.Method
  for (const result of results) {
    const answer = Response!.encode(Response!.fromObject({results: [result]})).finish()
    reader.response(Buffer.from(frameMessage(answer)))
  }
  return reader.counts
}

const modified = [{fields: {documents_modified: {integerValue: 3}}}]
const nothing = {reads: 0, writes: 0, deletes: 0, messages: 0}

test('a pipeline counts by its results where it only reads', () => {
  expect(count(['collection', 'limit'], [{name: 'a'}, {fields: {n: {integerValue: 7}}}])).toEqual({
    ...nothing,
    reads: 2,
  })
  expect(count(['collection', 'select'], modified)).toEqual({...nothing, reads: 1})
})

test.each(['update', 'insert', 'upsert'])('a pipeline that ends in %s counts what it wrote', (stage) => {
  expect(count(['collection', stage], modified)).toEqual({...nothing, writes: 3})
})

test('a pipeline that ends in delete counts what it deleted', () => {
  expect(count(['collection', 'delete'], modified)).toEqual({...nothing, deletes: 3})
})
