import type {FunctionsConfig} from './config.ts'
import {Refusal} from './errors.ts'
import {isJson, parseJsonBody, type HttpRequest} from './http.ts'
import {checkRequest, type StitchRequest} from './request.ts'
import type {Rules} from './rules.ts'
import {formatTraceparent, type TraceContext} from './trace.ts'

/** Version of the message's JSON; the worker refuses others, so that a newer one waits for a newer worker. */
const SCHEMA = '1'

/** An accepted asynchronous request on its way to the worker. */
export type Order = {
  readonly request: StitchRequest
  readonly bodyHash: string
  /** SHA-256 (hex) of the pick-up secret; the secret itself is only in the 202. */
  readonly pickupHash: string
  /** Milliseconds since the Unix epoch; signed ids are judged as of then. */
  readonly acceptedAt: number
}

/** One push of a message. `attempt` counts from 1 and stays 1 where the subscription has no dead-letter topic. */
export type Delivery = {
  readonly order: Order
  readonly messageId: string
  readonly attempt: number
  readonly traceparent: string | undefined
}

/** The message's JSON data and attributes. */
export function writeMessage(order: Order, span: TraceContext, kind: string | null) {
  const {ids, batch, typed, ...rest} = order.request
  const data = {
    ...rest,
    ...(batch ? {ids} : {id: ids[0]}),
    types: typed,
    bodyHash: order.bodyHash,
    pickupHash: order.pickupHash,
    acceptedAt: order.acceptedAt,
  }
  const {requestId, preview} = order.request
  return {
    data: Buffer.from(JSON.stringify(data), 'utf8'),
    attributes: {
      requestId,
      schema: SCHEMA,
      traceparent: formatTraceparent(span),
      ...(preview === undefined ? {} : {preview}),
      ...(kind === null ? {} : {kind}),
    },
  }
}

/**
 * Reads a wrapped push (https://cloud.google.com/pubsub/docs/push#receive_push).
 * Throws Refusal invalid_message for anything that `writeMessage` cannot have made.
 */
export function readDelivery(request: HttpRequest, rules: Rules, limits: FunctionsConfig['limits']): Delivery {
  try {
    if (!isJson(request)) throw new Refusal('invalid_message')
    const push = asRecord(parseJsonBody(request.body))
    const message = asRecord(push['message'])
    const attributes = asRecord(message['attributes'] ?? {})
    if (attributes['schema'] !== SCHEMA) throw new Refusal('invalid_message', 'Its schema is not 1.')
    const data = asRecord(parseJsonBody(Buffer.from(asText(message['data']), 'base64')))
    const order = {
      request: checkRequest({...data, requestId: asText(data['requestId'])}, rules, limits),
      bodyHash: asHash(data['bodyHash']),
      pickupHash: asHash(data['pickupHash']),
      acceptedAt: Number(data['acceptedAt']),
    }
    if (!Number.isFinite(order.acceptedAt)) throw new Refusal('invalid_message')
    const {traceparent} = attributes
    return {
      order,
      messageId: asText(message['messageId']),
      attempt: Number(push['deliveryAttempt'] ?? 1),
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    }
  } catch (error) {
    // The parser's message would quote the data.
    if (error instanceof Refusal && error.code === 'invalid_message') throw error
    throw new Refusal('invalid_message', error instanceof Refusal ? `Its data are refused: ${error.code}.` : undefined)
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new Refusal('invalid_message')
}

function asText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Refusal('invalid_message')
}

function asHash(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value
  throw new Refusal('invalid_message')
}
