import type {Api} from '../types.ts'

/** What waits in a subscription; undefined where Cloud Monitoring does not tell (no data yet, not enabled, not allowed). */
export type Backlog = {readonly waiting: number | undefined; readonly oldestSeconds: number | undefined}

type Series = {readonly points?: readonly {readonly value?: {int64Value?: string; doubleValue?: number}}[]}

/** Metrics come every minute and some minutes late. */
const WINDOW_MS = 10 * 60_000

/** The newest figures about a subscription. Rejects with ApiError. @param now epoch milliseconds */
export async function readBacklog(
  api: Api,
  {project, subscription, now}: {readonly project: string; readonly subscription: string; readonly now: number},
): Promise<Backlog> {
  const read = async (metric: string): Promise<number | undefined> => {
    const series = await api.list<Series>(
      {
        api: 'monitoring',
        method: 'GET',
        path: `/v3/projects/${project}/timeSeries`,
        query: {
          filter: `metric.type="pubsub.googleapis.com/subscription/${metric}" AND resource.labels.subscription_id="${subscription}"`,
          'interval.startTime': new Date(now - WINDOW_MS).toISOString(),
          'interval.endTime': new Date(now).toISOString(),
        },
      },
      'timeSeries',
    )
    const value = series[0]?.points?.[0]?.value
    return value === undefined ? undefined : Number(value.int64Value ?? value.doubleValue ?? 0)
  }
  const [waiting, oldestSeconds] = await Promise.all([
    read('num_undelivered_messages'),
    read('oldest_unacked_message_age'),
  ])
  return {waiting, oldestSeconds}
}
