import {randomInt} from 'node:crypto'
import type {PermissionAsk} from '../permissions/ask.ts'
import type {Api, ApiContext} from './api.ts'
import {toText} from '../text.ts'

type Callback = (...args: readonly unknown[]) => unknown

/** APIs of the runtime itself: console, clock, chance, timers, storage and the template's own permissions. */
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
      // randomInt takes ranges below 2^48 only.
      return high - low < 2 ** 47 ? randomInt(low, high + 1) : low + Math.floor(Math.random() * (high - low + 1))
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
  {name: 'templateDataStorage', create: createStorage},
  {
    name: 'queryPermission',
    create:
      ({isAllowed}) =>
      (permission: unknown, ...args: readonly unknown[]) => {
        const ask = toAsk(toText(permission), args)
        return ask !== undefined && isAllowed(ask)
      },
  },
]

function describe(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? toText(value))
}

/** Shared by all runs of one template; values are copied by the wall around the template. */
function createStorage({storage, demand}: ApiContext): unknown {
  const guarded =
    (run: (key: string, value: unknown) => unknown) =>
    (key: unknown, value: unknown): unknown => {
      demand('templateDataStorage', {permission: 'access_template_storage'})
      return run(toText(key), value)
    }
  return {
    getItemCopy: guarded((key) => storage.get(key) ?? null),
    setItemCopy: guarded((key, value) => void storage.set(key, value)),
    removeItem: guarded((key) => void storage.delete(key)),
    clear: guarded(() => storage.clear()),
  }
}

/** The arguments that `queryPermission` takes beside the permission's name, as the ask they describe. */
function toAsk(permission: string, args: readonly unknown[]): PermissionAsk | undefined {
  const [first, second] = args
  switch (permission) {
    case 'send_http':
      return {permission, url: toText(first)}
    case 'read_event_data':
      return {permission, ...(first === undefined ? {} : {keyPath: toText(first)})}
    case 'get_cookies':
      return {permission, name: toText(first)}
    case 'set_cookies':
      return {permission, name: toText(first), options: (second ?? {}) as Readonly<Record<string, unknown>>}
    case 'use_custom_private_keys':
      return {permission, keyId: toText(first)}
    case 'read_request':
    case 'access_response': {
      const part = toText(first).replace(/_?parameters?$/, '')
      const of = second === undefined ? {} : {name: toText(second)}
      if (permission === 'access_response') {
        return part === 'status' || part === 'header' || part === 'body' ? {permission, part, ...of} : undefined
      }
      const isPart =
        part === 'header' || part === 'body' || part === 'path' || part === 'query' || part === 'remote_address'
      return isPart ? {permission, part, ...of} : undefined
    }
    case 'logging':
    case 'access_template_storage':
    case 'read_container_data':
    case 'read_event_metadata':
    case 'return_response':
    case 'run_container':
      return {permission}
    default:
      return undefined
  }
}
