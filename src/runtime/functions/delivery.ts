import {z} from 'zod'
import type {TraceContext} from '#runtime/kernel/ids.ts'
import {newSpanId, newTraceId, parseTraceparent} from '#runtime/kernel/ids.ts'

/** The body of a Pub/Sub push request (https://cloud.google.com/pubsub/docs/push#receive_push), as far as it is needed. */
const PushBody = z.object({
  message: z.object({messageId: z.string(), attributes: z.record(z.string(), z.string()).optional()}),
})

/** One delivery of one message: its span and what is known before the worker answers. */
export type Delivery = {
  readonly trace: string
  readonly span: string
  readonly parent: string | undefined
  readonly name: string
  readonly facts: {readonly messageId: string; readonly attempt: number}
}

/** Remembers how often each message came; the oldest messages are forgotten. */
export type DeliveryCount = {readonly next: (messageId: string) => number}

export function createDeliveryCount(mostMessages = 10_000): DeliveryCount {
  const attempts = new Map<string, number>()
  return {
    next: (messageId) => {
      const attempt = (attempts.get(messageId) ?? 0) + 1
      attempts.delete(messageId)
      attempts.set(messageId, attempt)
      if (attempts.size > mostMessages) attempts.delete(attempts.keys().next().value!)
      return attempt
    },
  }
}

/**
 * Reads a push request; undefined when the body is none. The publisher's span, in the message's attributes, is the
 * parent; a message without one begins a trace, or continues that of the request.
 */
export function readDelivery(
  body: Buffer,
  traceparent: string | undefined,
  count: DeliveryCount,
): Delivery | undefined {
  const parsed = PushBody.safeParse(parseJson(body))
  if (!parsed.success) return undefined
  const {messageId, attributes} = parsed.data.message
  const origin: TraceContext | undefined =
    parseTraceparent(attributes?.['traceparent']) ?? parseTraceparent(traceparent)
  const attempt = count.next(messageId)
  return {
    trace: origin?.trace ?? newTraceId(),
    span: newSpanId(),
    parent: origin?.span,
    name: `delivery ${attempt}`,
    facts: {messageId, attempt},
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
