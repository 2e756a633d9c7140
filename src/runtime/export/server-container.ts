import {resolveDefinition} from '#runtime/sgtm/definition/resolve-definition.ts'
import {templateFileOf} from '#runtime/sgtm/definition/template-file.ts'
import {buildData} from '#runtime/sgtm/tpl/build-data.ts'
import type {Template} from '#runtime/sgtm/tpl/template.ts'
import type {ContainerDefinition} from '#runtime/sgtm/types.ts'
import type {AttributeNames} from './attribute-variables.ts'
import {createIds, SERVER_OWNER, toContainerFile} from './container-file.ts'
import {encodeFlag, encodeParameters, encodeText} from './encode.ts'
import {narrowSendHttp} from './narrow-permissions.ts'
import type {Encoded, Entity} from './types.ts'

type Templated = ContainerDefinition['clients'][number] | ContainerDefinition['tags'][number]

/** A template with the text of its file. */
export type TemplateFile = {readonly template: Template; readonly text: string}

export type ServerContainerInput = {
  /** The project's container, with its placeholders. */
  readonly definition: ContainerDefinition
  /** By the path that the definition names. */
  readonly templates: ReadonlyMap<string, TemplateFile>
  /** Address of the lookup function, without a path. */
  readonly lookupUrl: string
  readonly keyId: string
  readonly allowedOrigins: readonly string[]
  /** What servers may see. */
  readonly attributes: AttributeNames
}

/** What tags may want to know of an event besides attributes, as the client sets it. */
const EVENT_FIELDS = ['x-stitch-status', 'x-stitch-kind', 'x-stitch-request-id']
const LOOKUP_URL = 'stitch lookup URL'
const KEY_ID = 'stitch key id'

/**
 * The project's container as a file for GTM's Import container: its clients, tags, triggers and templates, the address
 * and the key's id as constants, and a variable for each attribute that servers may see. Pure; holds no secret.
 */
export function buildServerContainer(input: ServerContainerInput): object {
  const {lookupUrl, keyId, allowedOrigins, attributes, templates} = input
  const nextId = createIds()
  const folderId = nextId()
  const definition = resolveDefinition(input.definition, {
    lookupUrl: `{{${LOOKUP_URL}}}`,
    keyId: `{{${KEY_ID}}}`,
    allowedOrigins: [...allowedOrigins],
  })
  const templateIds = new Map([...templates.keys()].map((file) => [file, nextId()]))
  const typeOf = (item: Templated): string => `cvt_${SERVER_OWNER.containerId}_${templateIds.get(templateFileOf(item))}`
  const parametersOf = (item: Templated): readonly Encoded[] =>
    encodeParameters(buildData(templates.get(templateFileOf(item))!.template.parameters, {...item.parameters}))

  const trigger = definition.triggers.map(({name, type, conditions}): Entity => ({
    triggerId: nextId(),
    name,
    type,
    customEventFilter: conditions.map(({operator, left, right}) => ({
      type: operator,
      parameter: [encodeText('arg0', left), encodeText('arg1', right)],
    })),
  }))
  const triggerIds = new Map(trigger.map(({name, triggerId}) => [name, triggerId]))
  const variable = (name: string, type: string, parameter: readonly Encoded[], notes?: string): Entity => ({
    variableId: nextId(),
    name,
    type,
    ...(notes === undefined ? {} : {notes}),
    parameter,
    formatValue: {},
  })
  const eventData = (keyPath: string): Entity =>
    variable(keyPath, 'ed', [encodeFlag('setDefaultValue', false), encodeText('keyPath', keyPath)])

  return toContainerFile(SERVER_OWNER, folderId, {
    tag: definition.tags.map((tag) => ({
      tagId: nextId(),
      name: tag.name,
      type: typeOf(tag),
      parameter: parametersOf(tag),
      firingTriggerId: tag.firing.map((name) => triggerIds.get(name)),
      tagFiringOption: 'ONCE_PER_EVENT',
      monitoringMetadata: {
        type: 'MAP',
        ...(Object.keys(tag.metadata).length > 0 ? {map: encodeParameters(tag.metadata)} : {}),
      },
      consentSettings: {consentStatus: 'NOT_SET'},
    })),
    trigger,
    variable: [
      variable(LOOKUP_URL, 'c', [encodeText('value', lookupUrl)], addressNotes),
      variable(KEY_ID, 'c', [encodeText('value', keyId)]),
      ...EVENT_FIELDS.map(eventData),
      ...attributes.paths.map((path) => eventData(`stitch.${path}`)),
    ],
    client: definition.clients.map((client) => ({
      clientId: nextId(),
      name: client.name,
      type: typeOf(client),
      // None stands for 0.
      ...(client.priority > 0 ? {priority: client.priority} : {}),
      parameter: parametersOf(client),
    })),
    customTemplate: [...templates].map(([file, {template, text}]) => ({
      templateId: templateIds.get(file),
      name: template.displayName,
      templateData: asksLookup(input.definition, file) ? narrowSendHttp(text, [`${lookupUrl}/v1/*`]) : text,
    })),
  })
}

const addressNotes =
  'The permission "Sends HTTP requests" of the Stitcher template names this address too: change both, or none.'

/** Whether an instance of the template is told the function's address. */
function asksLookup({clients, tags}: ContainerDefinition, file: string): boolean {
  return [...clients, ...tags].some(
    (item) => templateFileOf(item) === file && JSON.stringify(item.parameters).includes('{{lookupUrl}}'),
  )
}
