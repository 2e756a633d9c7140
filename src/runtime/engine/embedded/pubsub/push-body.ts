import type {Subscription} from './codec.ts'
import type {Delivery} from './message.ts'

/** What goes over the wire; header names as the endpoint sees them. */
export type PushContent = {readonly body: string | Uint8Array; readonly headers: Readonly<Record<string, string>>}

/** Headers that belong to the request itself or to the service, whatever a message's attributes say. */
const RESERVED =
  /^(?:authorization|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|user-agent|x-goog-.*)$/i
/** What a header's name and value may consist of (RFC 9110, 5.1 and 5.5). */
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** A delivery as its subscription wants it pushed. */
export function pushContent(delivery: Delivery, config: Subscription): PushContent {
  const unwrapped = config.pushConfig?.noWrapper
  if (!unwrapped) return {body: pushBody(delivery, config), headers: {'content-type': 'application/json'}}
  return {
    body: delivery.message.data,
    headers: unwrapped.writeMetadata ? metadataHeaders(delivery, config) : {},
  }
}

/** The wrapped body of a push request (https://cloud.google.com/pubsub/docs/push#receive_push). */
export function pushBody({message, attempt}: Delivery, {name, deadLetterPolicy}: Subscription): string {
  const publishTime = new Date(message.publishTime).toISOString()
  return JSON.stringify({
    ...(deadLetterPolicy ? {deliveryAttempt: attempt} : {}),
    message: {
      attributes: message.attributes,
      data: Buffer.from(message.data).toString('base64'),
      messageId: message.id,
      message_id: message.id,
      ...(message.orderingKey === '' ? {} : {orderingKey: message.orderingKey}),
      publishTime,
      publish_time: publishTime,
    },
    subscription: name,
  })
}

/**
 * Metadata and attributes as headers (https://cloud.google.com/pubsub/docs/payload-unwrapping). Attributes that cannot
 * be headers are left out: the message would never arrive otherwise.
 */
function metadataHeaders({message}: Delivery, {name}: Subscription): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(message.attributes))
    if (NAME.test(key) && VALUE.test(value) && !RESERVED.test(key)) headers[key.toLowerCase()] = value
  headers['x-goog-pubsub-subscription-name'] = name ?? ''
  headers['x-goog-pubsub-message-id'] = message.id
  headers['x-goog-pubsub-publish-time'] = new Date(message.publishTime).toISOString()
  if (message.orderingKey !== '' && VALUE.test(message.orderingKey))
    headers['x-goog-pubsub-ordering-key'] = message.orderingKey
  return headers
}
