import {search} from '../search/search.ts'
import {union, unnest} from './expand.ts'
import {where} from './filter.ts'
import {aggregate, distinct} from './group.ts'
import {findNearest} from './nearest.ts'
import {limit, offset, sample, sort} from './order.ts'
import {addFields, define, removeFields, replaceWith, select} from './project.ts'
import type {StageCompiler} from './stage.ts'

/** What can follow a source, by the names that clients send. */
export const STAGES: Readonly<Record<string, StageCompiler>> = {
  add_fields: addFields,
  aggregate,
  distinct,
  find_nearest: findNearest,
  let: define,
  limit,
  offset,
  remove_fields: removeFields,
  replace_with: replaceWith,
  sample,
  search,
  select,
  sort,
  union,
  unnest,
  where,
}
