import type {Route} from '../service.ts'
import {subscriptionRoutes} from './pubsub/subscriptions.ts'
import {topicRoutes} from './pubsub/topics.ts'

/** Pub/Sub's control plane. Messages go through the embedded engine, not through here. */
export const routes: readonly Route[] = [...topicRoutes, ...subscriptionRoutes]
