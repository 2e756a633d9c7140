import type {Api, ApiContext, Exchange} from './api.ts'
import {toText} from '../text.ts'

type Items = Map<string, unknown>

/** Items of templates that run in a preview, by request: there they last no longer. */
const previews = new WeakMap<Exchange, WeakMap<Items, Items>>()

/** `templateDataStorage`: shared by all runs of one template, in memory. Values are copied by the wall around it. */
export const storageApis: readonly Api[] = [
  {
    name: 'templateDataStorage',
    create: (context) => {
      const items = itemsFor(context)
      const guarded =
        (run: (key: string, value: unknown) => unknown) =>
        (key: unknown, value: unknown): unknown => {
          context.demand('templateDataStorage', {permission: 'access_template_storage'})
          return run(toText(key), value)
        }
      return {
        getItemCopy: guarded((key) => items.get(key) ?? null),
        setItemCopy: guarded((key, value) => {
          if (value === null || value === undefined) items.delete(key)
          else items.set(key, withoutFunctions(value))
        }),
        removeItem: guarded((key) => void items.delete(key)),
        clear: guarded(() => items.clear()),
      }
    },
  },
]

function itemsFor({exchange, storage, version}: ApiContext): Items {
  if (version['previewMode'] !== true && version['debugMode'] !== true) return storage
  const ofRequest = previews.get(exchange) ?? new WeakMap<Items, Items>()
  previews.set(exchange, ofRequest)
  const items = ofRequest.get(storage) ?? new Map<string, unknown>()
  ofRequest.set(storage, items)
  return items
}

/** A function belongs to the run that made it and would be of no use to a later one. */
function withoutFunctions(value: unknown): unknown {
  if (typeof value === 'function') return undefined
  if (Array.isArray(value)) return value.map(withoutFunctions)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutFunctions(part)]))
}
