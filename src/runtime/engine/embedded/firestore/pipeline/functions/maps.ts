import {invalidArgument} from '../../errors.ts'
import type {Fields, Value} from '../../values/value.ts'
import {ABSENT, fail, isValue} from '../outcome.ts'
import type {Evaluate, FunctionCompiler, Outcome} from '../outcome.ts'
import {GIVEN, MAP, NOTHING, required, STRING} from './parameters.ts'
import type {Given} from './parameters.ts'
import {list, mapOf, text} from './results.ts'
import {checkCount, evaluateAll, strict, wrongType} from './strict.ts'

const KEY = required(STRING)

/** Sets keys to values in turn; an absent value takes its key away. */
function assign(name: string, fields: Fields, pairs: readonly Given[], isNew: boolean): Outcome {
  const result = new Map(fields)
  const seen = new Set<string>()
  for (let at = 0; at < pairs.length; at += 2) {
    const key = KEY.read(pairs[at]!)
    const value = pairs[at + 1]!
    if (key === undefined || key === NOTHING) return wrongType(name, KEY.wants, pairs[at]!)
    if (isNew && seen.has(key)) return fail(`${name}(...) has the key \`${key}\` twice`)
    seen.add(key)
    if (isValue(value)) result.set(key, value)
    else result.delete(key)
  }
  return mapOf(result)
}

function checkPairs(name: string, count: number): void {
  if (count % 2 !== 0) throw invalidArgument(`The function ${name}(...) requires a value for each key.`)
}

function createMap(args: readonly Evaluate[]): Evaluate {
  checkPairs('map', args.length)
  return (row) => {
    const given = evaluateAll(args, row)
    return Array.isArray(given) ? assign('map', new Map(), given, true) : given
  }
}

/** Of what is no map there is no copy with other keys. */
function setKeys(args: readonly Evaluate[]): Evaluate {
  checkCount('map_set', args, 3)
  checkPairs('map_set', args.length - 1)
  return (row) => {
    const given = evaluateAll(args, row)
    if (!Array.isArray(given)) return given
    const fields = MAP.read(given[0]!)
    if (fields === undefined || fields === NOTHING) return ABSENT
    return assign('map_set', fields, given.slice(1), false)
  }
}

function removeKeys(args: readonly Evaluate[]): Evaluate {
  checkCount('map_remove', args, 2)
  const keys = args.slice(1).map(() => KEY)
  return strict('map_remove', [MAP, ...keys], (fields, ...removed) => {
    const result = new Map(fields)
    for (const key of removed) result.delete(key)
    return mapOf(result)
  })(args, new Map())
}

function mergeMaps(args: readonly Evaluate[]): Evaluate {
  checkCount('map_merge', args, 1)
  return strict(
    'map_merge',
    args.map(() => MAP),
    (...maps) => mapOf(new Map(maps.flatMap((one) => [...one]))),
  )(args, new Map())
}

/** What is no map has no fields. */
function getKey(name: string): FunctionCompiler {
  return strict(name, [GIVEN, KEY], (map, key) => {
    const fields = MAP.read(map)
    return fields === undefined || fields === NOTHING ? ABSENT : (fields.get(key) ?? ABSENT)
  })
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/map_functions */
export const MAPS: Readonly<Record<string, FunctionCompiler>> = {
  map: createMap,
  map_get: getKey('map_get'),
  get_field: getKey('get_field'),
  map_set: setKeys,
  map_remove: removeKeys,
  map_merge: mergeMaps,
  map_keys: strict('map_keys', [MAP], (fields) => list([...fields.keys()].map(text))),
  map_values: strict('map_values', [MAP], (fields) => list([...fields.values()])),
  map_entries: strict('map_entries', [MAP], (fields) => list([...fields].map(entryOf))),
  current_context: (args) => {
    checkCount('current_context', args, 0, 0)
    return (row) => mapOf(row.fields)
  },
}

function entryOf([key, value]: readonly [string, Value]): Value {
  return mapOf(
    new Map([
      ['k', text(key)],
      ['v', value],
    ]),
  )
}
