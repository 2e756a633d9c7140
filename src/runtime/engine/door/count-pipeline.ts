import {Reader} from '../embedded/firestore/values/reader.ts'
import type {CallCounts} from './count-call.ts'
import {fields} from './wire-fields.ts'

/** What a pipeline that ends in one of these stages answers with is how many documents that was done to. */
const MODIFYING: Readonly<Record<string, 'writes' | 'deletes'>> = {
  delete: 'deletes',
  insert: 'writes',
  update: 'writes',
  upsert: 'writes',
}

/** Counts the results of an ExecutePipeline as reads, or what it did as writes; numbers of pipeline.proto. */
export function createPipelineCounter() {
  let done: 'reads' | 'writes' | 'deletes' = 'reads'
  return {
    request: (message: Reader): void => {
      const [structured] = fields(message, [2])
      const [pipeline] = structured ? fields(new Reader(structured), [1]) : []
      const last = pipeline ? fields(new Reader(pipeline), [1]).at(-1) : undefined
      const [name] = last ? fields(new Reader(last), [1]) : []
      done = (name && Object.hasOwn(MODIFYING, name.toString()) && MODIFYING[name.toString()]) || 'reads'
    },
    response: (message: Reader, counts: CallCounts): void => {
      const results = fields(message, [2])
      if (done === 'reads') counts.reads += results.length
      else for (const result of results) counts[done] += readCount(new Reader(result))
    },
  }
}

/** The integer in the one field of a result. */
function readCount(result: Reader): number {
  const [entry] = fields(result, [2])
  const [value] = entry ? fields(new Reader(entry), [2]) : []
  if (!value) return 0
  const reader = new Reader(value)
  return reader.uint() === 0x10 ? Number(reader.int64()) : 0
}
