import type {Service} from '../grpc/service.ts'
import type {Timeline} from './backlog.ts'
import {createHub} from './hub.ts'
import {publisherService} from './publisher.ts'
import {createPushSender} from './send-push.ts'
import {subscriberService} from './subscriber.ts'
import {systemTimeline} from './timeline.ts'

/** google.pubsub.v1, to be served by a gRPC server. Messages live in memory; disposing stops all deliveries. */
export type PubSub = Disposable & {readonly services: readonly Service[]}

/** @param timeline clock and timers, so that a ten-minute back-off can be tested at once */
export function createPubSub(timeline: Timeline = systemTimeline): PubSub {
  const sender = createPushSender()
  const hub = createHub({timeline, sendPush: sender.send})
  return {
    services: [publisherService(hub), subscriberService(hub)],
    [Symbol.dispose]: () => {
      sender[Symbol.dispose]()
      hub[Symbol.dispose]()
    },
  }
}
