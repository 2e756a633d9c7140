import {z} from 'zod'
import type {Parameter, Permission, Validator} from './template.ts'

/** INFO: only what a runtime needs; the rest (brand, categories, security groups) is for GTM's gallery. */
export const Info = z.looseObject({
  type: z.enum(['CLIENT', 'TAG', 'MACRO']),
  displayName: z.string().default(''),
})

const Condition = z.looseObject({
  paramName: z.string(),
  paramValue: z.unknown(),
  type: z.string().default('EQUALS'),
})

const ValidatorShape = z
  .looseObject({
    type: z.string(),
    args: z.array(z.unknown()).default([]),
    errorMessage: z.string().optional(),
    enablingConditions: z.array(Condition).optional(),
  })
  .transform(({type, args, errorMessage, enablingConditions}): Validator => ({
    type,
    args,
    ...(errorMessage === undefined ? {} : {errorMessage}),
    ...(enablingConditions === undefined ? {} : {enablingConditions}),
  }))

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
  displayName: z.string().optional().catch(undefined),
  defaultValue: z.unknown().optional(),
  textAsList: z.boolean().optional().catch(undefined),
  canBeEmptyString: z.boolean().optional().catch(undefined),
  isUnique: z.boolean().optional().catch(undefined),
  macrosInSelect: z.boolean().optional().catch(undefined),
  valueValidators: z.array(ValidatorShape).optional(),
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
    return z.array(z.looseObject({param: ParameterShape, isUnique: z.boolean().optional().catch(undefined)})).optional()
  },
})
type ParameterShape = z.infer<typeof ParameterShape>

/** TEMPLATE_PARAMETERS, with the kinds' different keys brought to one shape. */
export const Parameters = z.array(ParameterShape).transform((shapes) => shapes.map(toParameter))

function toParameter(shape: ParameterShape): Parameter {
  const items = shape.selectItems ?? shape.radioItems
  const columns =
    shape.simpleTableColumns ??
    shape.paramTableColumns?.map(({param, isUnique}) => ({...param, ...(isUnique === undefined ? {} : {isUnique})}))
  const kept = ['displayName', 'defaultValue', 'textAsList', 'canBeEmptyString', 'isUnique', 'macrosInSelect'] as const
  const lists = ['valueValidators', 'enablingConditions'] as const
  return {
    type: shape.type,
    name: shape.name,
    ...Object.fromEntries([...kept, ...lists].flatMap((key) => (shape[key] === undefined ? [] : [[key, shape[key]]]))),
    ...(shape.subParams ? {subParams: shape.subParams.map(toParameter)} : {}),
    ...(items
      ? {items: items.map((item) => ({value: item.value, subParams: (item.subParams ?? []).map(toParameter)}))}
      : {}),
    ...(columns ? {columns: columns.map(toParameter)} : {}),
  }
}

/** A value of a permission's parameter: 1 string, 2 list, 3 map, 8 boolean. */
const Value = z.looseObject({
  type: z.number().optional(),
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
  instance: z.union([
    z.looseObject({
      key: z.looseObject({publicId: z.string()}),
      param: z.array(z.looseObject({key: z.string(), value: Value})).default([]),
    }),
    // Written by hand in a published template: only a name, so that nothing is allowed that would need a parameter.
    z.string().transform((publicId) => ({key: {publicId}, param: []})),
  ]),
})

/** SERVER_PERMISSIONS, decoded to plain values. */
export const Permissions = z.array(PermissionShape).transform((shapes) =>
  shapes.map(({instance}): Permission => ({
    publicId: instance.key.publicId,
    params: Object.fromEntries(instance.param.map(({key, value}) => [key, decode(value)])),
  })),
)

function decode(value: Value): unknown {
  if (value.type === 2 || value.listItem) return (value.listItem ?? []).map(decode)
  if (value.type === 3 || value.mapKey) {
    return Object.fromEntries((value.mapKey ?? []).map((key, index) => [String(decode(key)), decodeAt(value, index)]))
  }
  return value.type === 8 ? value.boolean === true : (value.string ?? value.integer ?? '')
}

function decodeAt(value: Value, index: number): unknown {
  const item = value.mapValue?.[index]
  return item ? decode(item) : undefined
}
