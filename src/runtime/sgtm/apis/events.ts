import type {Api, ApiContext, EventScope} from './api.ts'
import {toText} from '../text.ts'

type Callback = (...args: readonly unknown[]) => unknown

/** APIs about the container's run for an event. */
export const eventApis: readonly Api[] = [
  {
    name: 'runContainer',
    create:
      ({kind, demand, runContainer}) =>
      (event: unknown, onComplete: unknown, onStart: unknown) => {
        demand('runContainer', {permission: 'run_container'})
        if (kind === 'MACRO') throw new Error('runContainer cannot be called by a variable.')
        const data = typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {}
        runContainer(data, asCallback(onComplete), asCallback(onStart))
      },
  },
  {name: 'addEventCallback', create: addEventCallback},
  {
    name: 'getAllEventData',
    create:
      ({event, demand}) =>
      () => {
        demand('getAllEventData', {permission: 'read_event_data'})
        return event?.data
      },
  },
  {
    name: 'getEventData',
    create:
      ({event, demand}) =>
      (keyPath: unknown) => {
        demand('getEventData', {permission: 'read_event_data', keyPath: toText(keyPath)})
        return readPath(event?.data, toText(keyPath).split('.'))
      },
  },
  {
    name: 'getClientName',
    create:
      ({clientName, demand}) =>
      () => {
        demand('getClientName', {permission: 'read_container_data'})
        return clientName()
      },
  },
  {
    name: 'getContainerVersion',
    create:
      ({version, demand}) =>
      () => {
        demand('getContainerVersion', {permission: 'read_container_data'})
        return version
      },
  },
]

/** Lets `bindToEvent` find what to bind: the event of a container run that the client did not start in. */
const rebind = new WeakMap<object, (event: EventScope) => unknown>()

/** Gives `bindToEvent` for a container run: a function bound by it acts on that run's event. */
export function createBindToEvent(event: EventScope): (target: unknown) => unknown {
  return (target) => (typeof target === 'function' ? (rebind.get(target)?.(event) ?? target) : target)
}

function addEventCallback({event, demand, invoke}: ApiContext): unknown {
  const make =
    (scope: EventScope | undefined) =>
    (callback: unknown): void => {
      demand('addEventCallback', {permission: 'read_event_metadata'})
      const target = asCallback(callback)
      if (!target) throw new Error('addEventCallback needs a function.')
      if (!scope) throw new Error('addEventCallback: a client must bind it with bindToEvent, since no event runs here.')
      scope.addCallback((containerId, eventData) => invoke(target, containerId, eventData))
    }
  const api = make(event)
  rebind.set(api, make)
  return api
}

function asCallback(value: unknown): Callback | undefined {
  return typeof value === 'function' ? (value as Callback) : undefined
}

function readPath(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}
