import type {WireMessage} from './codec.ts'
import type {PublishedMessage} from './message.ts'
import {invalid} from './names.ts'

/** Limits of the service (https://cloud.google.com/pubsub/quotas#resource_limits). */
const MOST_MESSAGES = 1_000
const MOST_BYTES = 10_000_000
const MOST_ATTRIBUTES = 100
const MOST_KEY_BYTES = 256
const MOST_VALUE_BYTES = 1_024
const MOST_ORDERING_KEY_BYTES = 1_024

/** Checks a publish request as the service does; throws INVALID_ARGUMENT. `bytes` is the size of the whole request. */
export function checkMessages(messages: readonly WireMessage[], bytes: number): void {
  if (messages.length === 0)
    throw invalid('The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.')
  if (messages.length > MOST_MESSAGES) {
    throw invalid(
      `The value for message_count is too large. You passed ${messages.length} in the request, but the maximum value is ${MOST_MESSAGES}.`,
    )
  }
  if (bytes > MOST_BYTES) {
    throw invalid(
      `The value for request_size is too large. You passed ${bytes} in the request, but the maximum value is ${MOST_BYTES}.`,
    )
  }
  for (const message of messages) checkMessage(message)
}

function checkMessage({data, attributes, orderingKey}: WireMessage): void {
  const entries = Object.entries(attributes ?? {})
  if (!data?.length && entries.length === 0)
    throw invalid(
      'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
    )
  if (entries.length > MOST_ATTRIBUTES)
    throw invalid(`A message has ${entries.length} attributes; the maximum is ${MOST_ATTRIBUTES}.`)
  for (const [key, value] of entries) {
    if (key === '' || Buffer.byteLength(key) > MOST_KEY_BYTES)
      throw invalid(`An attribute key must have 1 to ${MOST_KEY_BYTES} bytes.`)
    if (key.startsWith('goog') && !key.startsWith('googclient_'))
      throw invalid('An attribute key must not begin with "goog".')
    if (Buffer.byteLength(value) > MOST_VALUE_BYTES)
      throw invalid(`The value of the attribute ${key} has more than ${MOST_VALUE_BYTES} bytes.`)
  }
  if (Buffer.byteLength(orderingKey ?? '') > MOST_ORDERING_KEY_BYTES)
    throw invalid(`An ordering key must have at most ${MOST_ORDERING_KEY_BYTES} bytes.`)
}

/** The message as it is kept. */
export function acceptMessage(message: WireMessage, id: string, publishTime: number): PublishedMessage {
  return {
    id,
    publishTime,
    data: message.data ? Buffer.from(message.data) : new Uint8Array(0),
    attributes: {...message.attributes},
    orderingKey: message.orderingKey ?? '',
  }
}
