import {createCrew} from './crew.ts'
import {startFace} from './face.ts'
import {createSlot} from './slot.ts'
import type {Deliver, Functions, FunctionsOptions} from './types.ts'

const deliverOnce: Deliver = (once) => once({when: 'before'})

/**
 * Starts the functions' processes in parallel and a face before each. Resolves when all listen; throws
 * STITCH_FUNCTION_NOT_STARTED, or the signal's reason. A process that dies by itself is started again once; when it dies
 * again within seconds, `failed` aborts with STITCH_FUNCTION_DIED. Disposing lets requests under way finish briefly,
 * leaves no process and loses no line.
 */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const {bundle, targets, env, emit, signal, deliver = deliverOnce} = options
  await using stack = new AsyncDisposableStack()
  const failed = new AbortController()
  const posts = targets.map((target) => ({target, slot: createSlot()}))
  const crew = stack.use(
    createCrew({posts, launch: {bundle, env}, emit, signal, giveUp: (reason) => failed.abort(reason)}),
  )
  const faces = await Promise.all(
    posts.map(({target, slot}) => startFace({slot, emit, deliver: target === 'worker' ? deliver : undefined})),
  )
  stack.defer(async () => {
    for (const {slot} of posts) slot.abandon()
    await Promise.all(faces.map((face) => face[Symbol.asyncDispose]()))
  })
  const urls = {
    lookupUrl: faces[targets.indexOf('lookup')]!.url,
    workerUrl: faces[targets.indexOf('worker')]?.url,
  }
  options.listening?.(urls)
  await crew.replaceAll({})

  const opened = stack.move()
  return {
    ...urls,
    failed: failed.signal,
    reload: (change) => crew.replaceAll(change),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
