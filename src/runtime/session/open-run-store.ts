import {decodeFields} from '#runtime/engine/embedded/firestore/values/decode.ts'
import {writeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import type {Fields} from '#runtime/engine/embedded/firestore/values/value.ts'
import {Reader} from '#runtime/engine/embedded/firestore/values/reader.ts'
import {readMessage} from '#runtime/engine/embedded/firestore/values/read-message.ts'
import {Writer} from '#runtime/engine/embedded/firestore/values/writer.ts'
import {openGrpcChannel} from '#runtime/engine/grpc-call.ts'
import {pathOf} from '#runtime/fixtures/seed-plan.ts'
import type {SeedStore} from '#runtime/fixtures/seed-store.ts'
import type {MapValue} from '#runtime/fixtures/value.ts'
import {fromEngineFields, toEngineFields} from './engine-values.ts'

const writer = new Writer()

/**
 * A local engine's database over the protocol itself. `stitch seed` uses Google's client, which would take a run a
 * quarter of a second to load for two calls (measured), while a person waits for the first answer. Calls reject with what
 * the engine said.
 */
export function openRunStore(host: string, projectId: string, signal: AbortSignal): SeedStore {
  const database = `projects/${projectId}/databases/(default)`
  const root = `${database}/documents`
  const channel = openGrpcChannel(host)
  const ask = async (method: string): Promise<readonly Buffer[]> => {
    const answer = await channel.collect(`google.firestore.v1.Firestore/${method}`, writer.finish(), signal)
    if (answer.status !== 0) throw new Error(answer.message || `gRPC status ${answer.status}`)
    return answer.messages
  }
  const readDocument = (bytes: Reader): {readonly path: string; readonly fields: Fields} => {
    let name = ''
    readMessage(new Reader(bytes.bytes, bytes.position, bytes.end), {0x0a: (field) => (name = field.string())})
    return {path: name.slice(root.length + 1), fields: decodeFields(bytes)}
  }

  return {
    read: async (paths) => {
      const found = new Map<string, MapValue | undefined>()
      if (paths.length === 0) return found
      writer.uint(0x0a).string(database)
      for (const path of paths) writer.uint(0x12).string(`${root}/${path}`)
      for (const answer of await ask('BatchGetDocuments')) {
        readMessage(new Reader(answer), {
          0x0a: (document) => {
            const {path, fields} = readDocument(document.message())
            found.set(path, fromEngineFields(fields))
          },
        })
      }
      return found
    },
    write: async (records) => {
      writer.uint(0x0a).string(database)
      for (const record of records) {
        const writeDocument = (): void => {
          writer.uint(0x0a).string(`${root}/${pathOf(record)}`)
          writeFields(writer, toEngineFields(record.fields, root))
        }
        writer.uint(0x12).message(() => writer.uint(0x0a).message(writeDocument))
      }
      await ask('Commit')
    },
    remove: async (paths) => {
      writer.uint(0x0a).string(database)
      for (const path of paths) writer.uint(0x12).message(() => writer.uint(0x12).string(`${root}/${path}`))
      await ask('Commit')
    },
    list: async function* (collection) {
      const selectName = (): void => void writer.uint(0x12).message(() => writer.uint(0x12).string('__name__'))
      writer.uint(0x0a).string(root)
      writer.uint(0x12).message(() => {
        writer.uint(0x0a).message(selectName)
        writer.uint(0x12).message(() => writer.uint(0x12).string(collection))
      })
      for (const answer of await ask('RunQuery')) {
        const paths: string[] = []
        readMessage(new Reader(answer), {0x0a: (document) => paths.push(readDocument(document.message()).path)})
        yield* paths
      }
    },
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  }
}
