import {ACK_DEADLINE_S, MAXIMUM_BACKOFF_S, MOST_ATTEMPTS, type Rules} from './history.ts'

/** A delivery as a subscriber sees it; `attempt` is 0 where it is not told. */
export type Delivery = {readonly text: string; readonly attempt: number}

type Message = {
  readonly text: string
  readonly key: string
  state: 'waiting' | 'leased' | 'acknowledged' | 'dead'
  lease: number
  /** When the lease ends, or when it may go out again, in seconds. */
  at: number
  attempts: number
}

/**
 * What a subscription does, written as plainly as it can be: every message waits, is leased, is acknowledged or is dead.
 * Leases are numbered as they are given.
 */
export function createModel(rules: Rules) {
  const messages: Message[] = []
  const dead: string[] = []
  let now = 0
  let leases = 0
  const keyOf = ({key}: Message): string => (rules.ordered ? key : '')

  const giveBack = (message: Message): void => {
    if (rules.deadLetter && message.attempts >= MOST_ATTEMPTS) {
      message.state = 'dead'
      dead.push(message.text)
      return
    }
    const backoff =
      rules.minimumBackoff === undefined
        ? 0
        : Math.min(MAXIMUM_BACKOFF_S, rules.minimumBackoff * 2 ** (message.attempts - 1))
    message.state = 'waiting'
    message.at = now + backoff
    if (keyOf(message) === '') return
    // What follows comes again after it, whoever holds it.
    for (const other of messages.slice(messages.indexOf(message) + 1)) {
      if (other.state !== 'leased' || keyOf(other) !== keyOf(message)) continue
      other.state = 'waiting'
      other.at = now
    }
  }
  const held = (lease: number): Message | undefined =>
    messages.find((message) => message.state === 'leased' && message.lease === lease)

  return {
    dead,
    leases: () => leases,
    publish: (text: string, key: string, wanted: boolean) => {
      if (rules.filtered && !wanted) return
      messages.push({text, key, state: 'waiting', lease: -1, at: now, attempts: 0})
    },
    pull: (most: number): Delivery[] => {
      const closed = new Set(messages.filter(({state}) => state === 'leased').map(keyOf))
      closed.delete('')
      const given: Delivery[] = []
      for (const message of messages) {
        if (given.length === most) break
        if (message.state !== 'waiting' || closed.has(keyOf(message))) continue
        if (message.at > now) {
          if (keyOf(message) !== '') closed.add(keyOf(message))
          continue
        }
        message.state = 'leased'
        message.lease = leases++
        message.at = now + ACK_DEADLINE_S
        message.attempts++
        given.push({text: message.text, attempt: rules.deadLetter ? message.attempts : 0})
      }
      return given
    },
    acknowledge: (lease: number) => {
      const message = held(lease)
      if (message) message.state = 'acknowledged'
    },
    giveBack: (lease: number) => {
      const message = held(lease)
      if (message) giveBack(message)
    },
    extend: (lease: number, seconds: number) => {
      const message = held(lease)
      if (message) message.at = now + seconds
    },
    wait: (seconds: number) => {
      const end = now + seconds
      for (;;) {
        const due = messages
          .filter(({state, at}) => state === 'leased' && at <= end)
          .toSorted((a, b) => a.at - b.at || a.lease - b.lease)[0]
        if (!due) break
        now = due.at
        giveBack(due)
      }
      now = end
    },
  }
}
