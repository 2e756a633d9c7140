import type {ContainerDefinition, Parameters} from '../types.ts'
import {invalid} from './invalid.ts'

/** What a run puts in the place of `{{name}}`: text, or a list where the placeholder is the whole value. */
type PlaceholderValues = Readonly<Record<string, string | number | boolean | readonly string[]>>

/**
 * Puts this run's values into the parameters: for the placeholders of a `container.json`, and in an export for what a
 * Stitcher client says about production (the function's address, keys and origins), so that it asks the local function.
 * @throws {StitchError} STITCH_CONTAINER_INVALID for a placeholder without a value
 */
export function resolveDefinition(definition: ContainerDefinition, values: PlaceholderValues): ContainerDefinition {
  if (definition.source === 'export') {
    return {...definition, clients: definition.clients.map((client) => localise(client, values))}
  }
  const fill = <T extends {name: string; parameters: Parameters}>(item: T): T => ({
    ...item,
    parameters: replaceIn(item.parameters, values, item.name) as Parameters,
  })
  return {...definition, clients: definition.clients.map(fill), tags: definition.tags.map(fill)}
}

/** Clients of an export whose parameters would lead this run to production, by name. */
export function localisedClients(definition: ContainerDefinition): readonly string[] {
  return definition.source === 'export' ? definition.clients.filter(isStitcher).map(({name}) => name) : []
}

type Client = ContainerDefinition['clients'][number]

/** No other template has both. */
function isStitcher({parameters}: Client): boolean {
  return 'functionUrl' in parameters && 'keyId' in parameters
}

function localise(client: Client, {lookupUrl, keyId, allowedOrigins}: PlaceholderValues): Client {
  if (!isStitcher(client)) return client
  const parameters = {...client.parameters, functionUrl: lookupUrl, keyId, serverKeyIds: [keyId], allowedOrigins}
  return {...client, parameters}
}

function replaceIn(value: unknown, values: PlaceholderValues, owner: string): unknown {
  const find = (name: string): PlaceholderValues[string] => {
    const found = Object.hasOwn(values, name) ? values[name] : undefined
    if (found === undefined) {
      throw invalid(`"${owner}" uses the placeholder {{${name}}}, which has no value, so no container was started.`, [
        `Known placeholders: ${
          Object.keys(values)
            .map((known) => `{{${known}}}`)
            .join(', ') || 'none'
        }`,
      ])
    }
    return found
  }
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1]
    return whole ? find(whole) : value.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(find(name)))
  }
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, values, owner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaceIn(part, values, owner)]))
}
