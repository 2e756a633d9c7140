import {z} from 'zod'
import type {Parameter, Permission} from './template.ts'

/** INFO: only what a runtime needs; the rest (brand, categories, security groups) is for GTM's gallery. */
export const Info = z.looseObject({
  type: z.enum(['CLIENT', 'TAG', 'MACRO']),
  displayName: z.string().default(''),
})

const Condition = z.looseObject({
  paramName: z.string(),
  paramValue: z.unknown(),
  type: z.enum(['EQUALS', 'NOT_EQUALS']).catch('EQUALS'),
})

const Choices = z.array(
  z.looseObject({
    value: z.unknown(),
    get subParams() {
      return z.array(ParameterShape).optional()
    },
  }),
)

/** A parameter as the file spells it: choices and columns have their own key per kind of field. */
const ParameterShape = z.looseObject({
  type: z.string(),
  name: z.string().default(''),
  defaultValue: z.unknown().optional(),
  enablingConditions: z.array(Condition).optional(),
  get subParams() {
    return z.array(ParameterShape).optional()
  },
  get selectItems() {
    return Choices.optional()
  },
  get radioItems() {
    return Choices.optional()
  },
  get simpleTableColumns() {
    return z.array(ParameterShape).optional()
  },
  get paramTableColumns() {
    return z.array(z.looseObject({param: ParameterShape})).optional()
  },
})
type ParameterShape = z.infer<typeof ParameterShape>

/** TEMPLATE_PARAMETERS, with the kinds' different keys brought to one shape. */
export const Parameters = z.array(ParameterShape).transform((shapes) => shapes.map(toParameter))

function toParameter(shape: ParameterShape): Parameter {
  const items = shape.selectItems ?? shape.radioItems
  const columns = shape.simpleTableColumns ?? shape.paramTableColumns?.map(({param}) => param)
  return {
    type: shape.type,
    name: shape.name,
    ...(shape.defaultValue === undefined ? {} : {defaultValue: shape.defaultValue}),
    ...(shape.enablingConditions ? {enablingConditions: shape.enablingConditions} : {}),
    ...(shape.subParams ? {subParams: shape.subParams.map(toParameter)} : {}),
    ...(items
      ? {items: items.map((item) => ({value: item.value, subParams: (item.subParams ?? []).map(toParameter)}))}
      : {}),
    ...(columns ? {columns: columns.map(toParameter)} : {}),
  }
}

/** A value of a permission's parameter: 1 string, 2 list, 3 map, 8 boolean. */
const Value = z.looseObject({
  type: z.number(),
  string: z.string().optional(),
  boolean: z.boolean().optional(),
  integer: z.union([z.number(), z.string()]).optional(),
  get listItem() {
    return z.array(Value).optional()
  },
  get mapKey() {
    return z.array(Value).optional()
  },
  get mapValue() {
    return z.array(Value).optional()
  },
})
type Value = z.infer<typeof Value>

const PermissionShape = z.looseObject({
  instance: z.looseObject({
    key: z.looseObject({publicId: z.string()}),
    param: z.array(z.looseObject({key: z.string(), value: Value})).default([]),
  }),
})

/** SERVER_PERMISSIONS, decoded to plain values. */
export const Permissions = z.array(PermissionShape).transform((shapes) =>
  shapes.map(({instance}): Permission => ({
    publicId: instance.key.publicId,
    params: Object.fromEntries(instance.param.map(({key, value}) => [key, decode(value)])),
  })),
)

function decode(value: Value): unknown {
  if (value.type === 2) return (value.listItem ?? []).map(decode)
  if (value.type === 3) {
    return Object.fromEntries((value.mapKey ?? []).map((key, index) => [String(decode(key)), decodeAt(value, index)]))
  }
  return value.type === 8 ? value.boolean === true : (value.string ?? value.integer ?? '')
}

function decodeAt(value: Value, index: number): unknown {
  const item = value.mapValue?.[index]
  return item ? decode(item) : undefined
}
