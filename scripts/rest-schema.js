// What the engine's REST face knows of the services: their routes (google.api.http), messages and enums, as plain data.
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import protobuf from 'protobufjs'

/**
 * IAM's own annotation says `**`; these are the resources of Pub/Sub that have a policy, as its REST reference lists
 * them (https://cloud.google.com/pubsub/docs/reference/rest).
 */
const IAM_RESOURCES = ['topics', 'subscriptions', 'snapshots', 'schemas']

const SCALARS = ['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'bool', 'string', 'bytes']

/**
 * @param {object} sources
 * @param {string[]} sources.protos files whose services are served
 * @param {string[]} sources.folders where their imports are looked up
 * @param {{file: string, messages: string[]}} sources.details what a google.rpc.Status may hold
 */
export function readRestSchema({protos, folders, details}) {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) =>
    existsSync(target) ? target : (folders.map((folder) => join(folder, target)).find(existsSync) ?? target)
  root.fetch = (path, callback) => callback(null, readFileSync(path, 'utf8'))
  root.loadSync([...protos, details.file], {keepCase: true})
  root.resolveAll()

  const schema = {routes: [], messages: {}, enums: {}}
  for (const service of listServices(root)) {
    for (const method of service.methodsArray) {
      const rpc = `${service.fullName.slice(1)}/${method.name}`
      const found = bindingsOf(method).flatMap((binding) => expand(rpc, binding))
      for (const {verb, path, body} of found) {
        schema.routes.push({
          rpc: `/${rpc}`,
          verb,
          path,
          ...(body ? {body} : {}),
          request: addMessage(schema, method.resolvedRequestType),
          response: addMessage(schema, method.resolvedResponseType),
        })
      }
    }
  }
  for (const name of details.messages) addMessage(schema, root.lookupType(name))
  return schema
}

function listServices(space) {
  return space.nestedArray.flatMap((each) => {
    if (each instanceof protobuf.Service) return [each]
    return each instanceof protobuf.Namespace && !(each instanceof protobuf.Type) ? listServices(each) : []
  })
}

/** The method's routes; `additional_bindings` is one object or a list of them. */
function bindingsOf(method) {
  const rule = (method.parsedOptions ?? []).map((option) => option['(google.api.http)']).find(Boolean)
  if (!rule) return []
  return [rule, ...[rule.additional_bindings ?? []].flat()].map((each) => {
    const verb = ['get', 'put', 'post', 'patch', 'delete'].find((name) => each[name])
    return {verb: verb.toUpperCase(), path: each[verb], body: each.body}
  })
}

function expand(rpc, binding) {
  if (!rpc.startsWith('google.iam.v1.IAMPolicy/')) return [binding]
  const action = binding.path.slice(binding.path.lastIndexOf(':'))
  const route = action === ':getIamPolicy' ? {verb: 'GET'} : {verb: 'POST', body: '*'}
  return IAM_RESOURCES.map((kind) => ({...route, path: `/v1/{resource=projects/*/${kind}/*}${action}`}))
}

/** Adds a message and all it consists of; returns its name. */
function addMessage(schema, type) {
  const name = type.fullName.slice(1)
  if (schema.messages[name]) return name
  const fields = (schema.messages[name] = [])
  for (const field of type.fieldsArray) {
    const kind = field.resolvedType instanceof protobuf.Enum ? 'enum' : field.resolvedType ? 'message' : field.type
    if (!['enum', 'message', ...SCALARS].includes(kind))
      throw new Error(`${name}.${field.name}: no ${kind} in REST yet`)
    if (field.map && field.keyType !== 'string') throw new Error(`${name}.${field.name}: no key ${field.keyType} yet`)
    fields.push({
      id: field.id,
      name: field.name,
      json: field.name.replaceAll(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
      kind,
      ...(field.map ? {map: true} : {}),
      ...(field.repeated ? {repeated: true} : {}),
      // Where being absent and being empty are two things, what is empty is shown.
      ...(field.partOf || field.hasPresence ? {presence: true} : {}),
      ...(field.partOf ? {oneof: field.partOf.name} : {}),
      ...(kind === 'message' ? {of: addMessage(schema, field.resolvedType)} : {}),
      ...(kind === 'enum' ? {of: addEnum(schema, field.resolvedType)} : {}),
    })
  }
  return name
}

function addEnum(schema, type) {
  const name = type.fullName.slice(1)
  schema.enums[name] = {...type.values}
  return name
}
