import type {DocumentData} from '@google-cloud/firestore'

/**
 * Documents in values that a template can hold. What those have no type for becomes what a template would write in its
 * place: a time in milliseconds, a reference's path, bytes in base64, a point as an object of two numbers.
 */
export function toPlainFields(data: DocumentData): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toPlain(value)]))
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toPlain)
  if (Buffer.isBuffer(value)) return value.toString('base64')
  // By shape and not by class, since the client is loaded only where it is used.
  const {toMillis, toArray, path, latitude, longitude} = value as Readonly<Record<string, unknown>>
  if (typeof toMillis === 'function') return (value as {toMillis: () => number}).toMillis()
  if (isPlain(value)) return toPlainFields(value)
  if (typeof toArray === 'function') return (value as {toArray: () => number[]}).toArray()
  if (typeof path === 'string') return path
  return {latitude, longitude}
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
