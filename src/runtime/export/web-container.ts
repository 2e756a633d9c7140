import type {AttributeNames} from './attribute-variables.ts'
import {createIds, toContainerFile, WEB_OWNER} from './container-file.ts'
import {encodeFlag, encodeText} from './encode.ts'
import {wrapSnippet} from './snippet.ts'
import type {Encoded, Entity} from './types.ts'

export type WebContainerInput = {
  /** The snippet, which must leave consent to GTM. */
  readonly script: string
  /** Consent type that GTM asks for before the tag fires; empty for none. */
  readonly consent: string
  /** First-party cookie that holds the id; without it pages put the request into the data layer. */
  readonly idCookie: string | undefined
  /** What browsers may see. */
  readonly attributes: AttributeNames
}

/** GTM's own trigger for every page view of a web container. */
const ALL_PAGES = '2147479553'
const REQUEST = 'stitch request'

/**
 * A web container that asks the endpoint on every page and after each `stitch_ask` event, with a data layer variable for
 * each attribute that browsers may see, and a trigger on the answer for tags that wait for it. Pure.
 */
export function buildWebContainer({script, consent, idCookie, attributes}: WebContainerInput): object {
  const nextId = createIds()
  const folderId = nextId()
  const onEvent = (name: string, event: string): Entity => ({
    triggerId: nextId(),
    name,
    type: 'CUSTOM_EVENT',
    customEventFilter: [{type: 'EQUALS', parameter: [encodeText('arg0', '{{_event}}'), encodeText('arg1', event)]}],
  })
  const ask = onEvent('stitch ask', 'stitch_ask')
  const answered = onEvent('stitch answered', 'stitch')
  const variable = (name: string, type: string, parameter: readonly Encoded[]): Entity => ({
    variableId: nextId(),
    name,
    type,
    parameter,
    formatValue: {},
  })
  const layer = (name: string, path: string): Entity =>
    variable(name, 'v', [
      {type: 'INTEGER', key: 'dataLayerVersion', value: '2'},
      encodeFlag('setDefaultValue', false),
      encodeText('name', path),
    ])
  const request = idCookie
    ? variable(REQUEST, 'k', [encodeFlag('decodeCookie', true), encodeText('name', idCookie)])
    : layer(REQUEST, 'stitchRequest')
  const html = `${wrapSnippet(script)}<script>stitch({{${REQUEST}}})</script>\n`

  return toContainerFile(WEB_OWNER, folderId, {
    tag: [
      {
        tagId: nextId(),
        name: 'stitch',
        type: 'html',
        parameter: [encodeText('html', html), encodeFlag('supportDocumentWrite', false)],
        firingTriggerId: [ALL_PAGES, ask['triggerId']],
        tagFiringOption: 'ONCE_PER_EVENT',
        monitoringMetadata: {type: 'MAP'},
        consentSettings: consent
          ? {consentStatus: 'NEEDED', consentType: {type: 'LIST', list: [{type: 'TEMPLATE', value: consent}]}}
          : {consentStatus: 'NOT_NEEDED'},
      },
    ],
    trigger: [ask, answered],
    variable: [
      request,
      ...['status', 'kind', 'requestId'].map((field) => layer(`stitch.${field}`, `stitch.${field}`)),
      ...attributes.paths.map((path) => layer(`stitch.attributes.${path}`, `stitch.attributes.${path}`)),
    ],
    client: [],
    customTemplate: [],
  })
}
