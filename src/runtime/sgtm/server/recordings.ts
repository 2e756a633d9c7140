import {readFile, rename, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import {z} from 'zod'
import {makeFolder} from '#runtime/kernel/make-folder.ts'
import type {OutboundAnswer, OutboundRequest} from '../apis/api.ts'

/** A file of recorded exchanges. Headers of requests are not kept: they carry keys, and nothing is found by them. */
const RecordingFile = z.strictObject({
  version: z.literal(1),
  exchanges: z.array(
    z.strictObject({
      request: z.strictObject({method: z.string(), url: z.string(), body: z.string()}),
      response: z.strictObject({
        status: z.int(),
        headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
        body: z.string(),
      }),
    }),
  ),
})

type Exchanges = z.infer<typeof RecordingFile>['exchanges']

/** Recorded exchanges by file. What is kept is written at once, and found at once. */
export type Recordings = {
  /** The answer of the last exchange that fits. Rejects with an Error that says what is wrong with the file. */
  readonly find: (
    file: string,
    request: OutboundRequest,
    match: 'exact' | 'path',
  ) => Promise<OutboundAnswer | undefined>
  /** Takes the place of an earlier exchange of the same request. */
  readonly keep: (file: string, request: OutboundRequest, answer: OutboundAnswer) => Promise<void>
}

/** Headers that are true of one connection or one moment, and cookies, which are somebody's. */
const passing = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
])

export function createRecordings(): Recordings {
  /** Changes of a file wait for each other. */
  const turns = new Map<string, Promise<unknown>>()
  return {
    find: async (file, request, match) => {
      await turns.get(file)
      const found = (await read(file)).findLast((exchange) => fits(exchange.request, request, match))
      return found && {statusCode: found.response.status, headers: found.response.headers, body: found.response.body}
    },
    keep: (file, request, answer) => {
      const turn = (turns.get(file) ?? Promise.resolve()).then(() => add(file, request, answer))
      turns.set(
        file,
        turn.catch(() => undefined),
      )
      return turn
    },
  }
}

async function add(file: string, {method, url, body}: OutboundRequest, answer: OutboundAnswer): Promise<void> {
  const kept = Object.entries(answer.headers).filter(([name]) => !passing.has(name))
  const headers = Object.fromEntries(
    kept.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
  const exchange = {request: {method, url, body}, response: {status: answer.statusCode, headers, body: answer.body}}
  const others = (await read(file)).filter(({request}) => !fits(request, exchange.request, 'exact'))
  makeFolder(dirname(file))
  const draft = `${file}.part`
  await writeFile(draft, `${JSON.stringify({version: 1, exchanges: [...others, exchange]}, undefined, 2)}\n`)
  await rename(draft, file)
}

async function read(file: string): Promise<Exchanges> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"version":1,"exchanges":[]}'
    throw error
  })
  try {
    return RecordingFile.parse(JSON.parse(text)).exchanges
  } catch (cause) {
    throw new Error(`${file} is not a file of recordings`, {cause})
  }
}

type Asked = {readonly method: string; readonly url: string; readonly body: string}

function fits(recorded: Asked, given: Asked, match: 'exact' | 'path'): boolean {
  if (recorded.method !== given.method) return false
  if (match === 'exact') return recorded.url === given.url && recorded.body === given.body
  return withoutQuery(recorded.url) === withoutQuery(given.url)
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url
}
