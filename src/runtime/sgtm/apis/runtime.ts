import {randomInt} from 'node:crypto'
import {readQuery} from '../permissions/read-query.ts'
import type {Api} from './api.ts'
import {toText} from '../text.ts'

type Callback = (...args: readonly unknown[]) => unknown

/** APIs of the runtime itself: console, clock, chance, timers and the template's own permissions. */
export const runtimeApis: readonly Api[] = [
  {
    name: 'logToConsole',
    create:
      ({demand, log, consoleLevel}) =>
      (...args: readonly unknown[]) => {
        demand('logToConsole', {permission: 'logging'})
        log(consoleLevel, args.map(describe).join(' '))
      },
  },
  {
    name: 'getTimestampMillis',
    create:
      ({now}) =>
      () =>
        Math.floor(now()),
  },
  {
    name: 'getTimestamp',
    create:
      ({now}) =>
      () =>
        Math.floor(now()),
  },
  {
    name: 'generateRandom',
    create: () => (min: unknown, max: unknown) => {
      const [low, high] = [Math.ceil(Number(min)), Math.floor(Number(max))]
      const count = high - low + 1
      // randomInt takes ranges of safe integers below 2^48 only.
      const isSmall = Number.isSafeInteger(low) && Number.isSafeInteger(high) && count >= 1 && count < 2 ** 47
      return isSmall ? randomInt(low, high + 1) : low + Math.floor(Math.random() * count)
    },
  },
  {
    name: 'callLater',
    create:
      ({later, invoke}) =>
      (callback: unknown) => {
        if (typeof callback === 'function') later(0, () => invoke(callback as Callback))
      },
  },
  {
    name: 'queryPermission',
    create:
      ({isAllowed}) =>
      (permission: unknown, ...args: readonly unknown[]) => {
        const ask = readQuery(toText(permission), args)
        return ask !== undefined && isAllowed(ask)
      },
  },
]

function describe(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? toText(value))
}
