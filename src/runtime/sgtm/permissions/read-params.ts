import type {Permission} from '../tpl/template.ts'
import {toText} from '../text.ts'

/** A list of texts among a permission's parameters; empty where there is none. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(toText) : []
}

/** A table among a permission's parameters; empty where there is none. */
export function rows(value: unknown): readonly Permission['params'][] {
  return Array.isArray(value) ? (value as readonly Permission['params'][]) : []
}
