import {z} from 'zod'

// What Tag Manager's own exports look like (exportFormatVersion 2), as seen in nineteen public ones, of server and web
// containers: nothing is optional that none of them lacks, and no other key is known. Their owners emptied some by hand.

const Id = z.string().regex(/^\d+$/)
const Fingerprint = z.string().regex(/^\d{13}$/)
const Name = z.string().min(1)

type Encoded = {
  type: 'TEMPLATE' | 'BOOLEAN' | 'INTEGER' | 'TAG_REFERENCE' | 'LIST' | 'MAP'
  key?: string | undefined
  value?: string | undefined
  list?: Encoded[] | undefined
  map?: Encoded[] | undefined
  isWeakReference?: boolean | undefined
}

const Key = {key: z.string().min(1).optional()}
/** Numbers and booleans are texts; what is empty has no value at all. */
const Encoded: z.ZodType<Encoded> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({type: z.literal('TEMPLATE'), ...Key, value: z.string().optional()}),
    z.strictObject({type: z.literal('BOOLEAN'), ...Key, value: z.enum(['true', 'false'])}),
    z.strictObject({type: z.literal('INTEGER'), ...Key, value: z.string().regex(/^-?\d+$/)}),
    z.strictObject({
      type: z.literal('TAG_REFERENCE'),
      ...Key,
      value: z.string(),
      isWeakReference: z.boolean().optional(),
    }),
    z.strictObject({type: z.literal('LIST'), ...Key, list: z.array(Encoded).optional()}),
    z.strictObject({type: z.literal('MAP'), ...Key, map: z.array(Encoded).optional()}),
  ]),
)
const Named = Encoded.refine(({key}) => key !== undefined, {error: 'has no key'})

const Owned = {accountId: Id, containerId: Id}
const Common = {
  ...Owned,
  name: Name,
  fingerprint: Fingerprint,
  parentFolderId: Id.optional(),
  notes: z.string().optional(),
}
const Condition = z.strictObject({
  type: z.enum(['EQUALS', 'CONTAINS', 'STARTS_WITH', 'ENDS_WITH', 'MATCH_REGEX', 'CSS_SELECTOR', 'LESS', 'GREATER']),
  parameter: z.array(Named).min(2),
})

const Tag = z.strictObject({
  ...Common,
  tagId: Id,
  type: z.string(),
  priority: z.strictObject({type: z.literal('INTEGER'), value: z.string()}).optional(),
  parameter: z.array(Named).optional(),
  firingTriggerId: z.array(Id).min(1).optional(),
  blockingTriggerId: z.array(Id).min(1).optional(),
  tagFiringOption: z.enum(['ONCE_PER_EVENT', 'ONCE_PER_LOAD', 'UNLIMITED']).optional(),
  monitoringMetadata: z.strictObject({type: z.literal('MAP'), map: z.array(Named).optional()}),
  consentSettings: z
    .strictObject({
      consentStatus: z.enum(['NOT_SET', 'NOT_NEEDED', 'NEEDED']),
      consentType: z
        .strictObject({
          type: z.literal('LIST'),
          list: z.array(z.strictObject({type: z.literal('TEMPLATE'), value: z.string()})),
        })
        .optional(),
    })
    .optional(),
  paused: z.boolean().optional(),
})

const Trigger = z.strictObject({
  ...Common,
  triggerId: Id,
  type: z.enum(
    ['ALWAYS', 'CUSTOM_EVENT', 'PAGEVIEW', 'DOM_READY', 'WINDOW_LOADED', 'CLICK', 'LINK_CLICK'].concat([
      'JS_ERROR',
      'HISTORY_CHANGE',
    ]),
  ),
  filter: z.array(Condition).min(1).optional(),
  customEventFilter: z.array(Condition).length(1).optional(),
  waitForTags: Encoded.optional(),
  checkValidation: Encoded.optional(),
  waitForTagsTimeout: Encoded.optional(),
  uniqueTriggerId: Encoded.optional(),
})

const Variable = z.strictObject({
  ...Common,
  variableId: Id,
  type: z.string(),
  parameter: z.array(Named).optional(),
  formatValue: z.record(z.string(), z.unknown()).optional(),
})

const Client = z.strictObject({
  ...Common,
  clientId: Id,
  type: z.string(),
  priority: z.int().positive().optional(),
  parameter: z.array(Named).optional(),
})

const CustomTemplate = z.strictObject({
  ...Owned,
  templateId: Id,
  name: Name,
  fingerprint: Fingerprint,
  templateData: z.string().includes('___INFO___'),
  galleryReference: z
    .strictObject({
      host: z.string(),
      owner: z.string(),
      repository: z.string(),
      version: z.string(),
      signature: z.string(),
      galleryTemplateId: z.string().optional(),
    })
    .optional(),
})

const Transformation = z.strictObject({
  ...Common,
  transformationId: Id,
  type: z.string().startsWith('tf_'),
  parameter: z.array(Named).min(1),
})

const Container = z.strictObject({
  path: z.string(),
  ...Owned,
  name: z.string().optional(),
  publicId: z
    .string()
    .regex(/^(GTM-[A-Z0-9]{4,8})?$/)
    .optional(),
  usageContext: z.tuple([z.enum(['SERVER', 'WEB'])]),
  fingerprint: Fingerprint,
  tagManagerUrl: z.string().regex(/^(https:\/\/tagmanager\.google\.com\/#\/container\/.+)?$/),
  features: z
    .strictObject(
      Object.fromEntries(
        [
          'UserPermissions',
          'Environments',
          'Workspaces',
          'GtagConfigs',
          'BuiltInVariables',
          'Clients',
          'Folders',
          'Tags',
        ]
          .concat(['Templates', 'Triggers', 'Variables', 'Versions', 'Zones', 'Transformations'])
          .map((name) => [`support${name}`, z.boolean()]),
      ),
    )
    .optional(),
  tagIds: z.array(z.string()).min(1).optional(),
  taggingServerUrls: z.array(z.url()).optional(),
})

const Shape = z.strictObject({
  exportFormatVersion: z.literal(2),
  exportTime: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  containerVersion: z.strictObject({
    path: z.string(),
    ...Owned,
    containerVersionId: Id,
    name: Name.optional(),
    description: z.string().optional(),
    container: Container,
    tag: z.array(Tag).min(1).optional(),
    trigger: z.array(Trigger).min(1).optional(),
    variable: z.array(Variable).min(1).optional(),
    folder: z
      .array(z.strictObject({...Owned, folderId: Id, name: Name, fingerprint: Fingerprint}))
      .min(1)
      .optional(),
    builtInVariable: z.array(z.strictObject({...Owned, type: z.string().regex(/^[A-Z_]+$/), name: Name})).optional(),
    customTemplate: z.array(CustomTemplate).min(1).optional(),
    client: z.array(Client).min(1).optional(),
    fingerprint: Fingerprint,
    transformation: z.array(Transformation).min(1).optional(),
    tagManagerUrl: z.string().regex(/^(https:\/\/tagmanager\.google\.com\/#\/versions\/.+)?$/),
  }),
})

type Version = z.infer<typeof Shape>['containerVersion']

/** Triggers that every container has and no export lists. */
const BUILT_IN_TRIGGERS = /^21474795\d\d$/
const BUILT_IN_NAMES = /^(_event|Event Name|Client Name|Visitor Region)$/

/** A file as Tag Manager exports it. */
export const ExportShape = Shape

/**
 * The same, whole: with references that lead somewhere, and with what only files lack that were changed by hand. Throws
 * with the first thing that is not so.
 */
export const ExportFile = Shape.check(({value: {containerVersion}, issues}) => {
  const wrong = [...missingParts(containerVersion), ...wrongIds(containerVersion), ...wrongReferences(containerVersion)]
  for (const message of wrong) issues.push({code: 'custom', message, input: containerVersion})
})

function missingParts({container, tag = [], variable = []}: Version): string[] {
  const {name, publicId, tagManagerUrl, features, tagIds} = container
  return [
    ...Object.entries({name, publicId, tagManagerUrl, features, tagIds}).flatMap(([key, value]) =>
      value ? [] : [`the container has no ${key}`],
    ),
    ...tag
      .filter((each) => !each.consentSettings || !each.tagFiringOption)
      .map((each) => `${each.name} lacks settings`),
    ...variable.filter(({formatValue}) => !formatValue).map((each) => `${each.name} has no formatValue`),
  ]
}

function listsOf(version: Version) {
  const {tag = [], trigger = [], variable = [], client = [], folder = [], customTemplate = []} = version
  return {tag, trigger, variable, client, folder, customTemplate}
}

/** Everything belongs to the one container, and no id or name is given twice. */
function wrongIds(version: Version): string[] {
  const lists = listsOf(version)
  const wrong: string[] = []
  const path = `accounts/${version.accountId}/containers/${version.containerId}`
  if (version.container.path !== path) wrong.push(`the container's path is not ${path}`)
  if (version.path !== `${path}/versions/${version.containerVersionId}`) wrong.push('the path of the version is wrong')
  const ids = [
    ...lists.tag.map(({tagId}) => tagId),
    ...lists.trigger.map(({triggerId}) => triggerId),
    ...lists.variable.map(({variableId}) => variableId),
    ...lists.client.map(({clientId}) => clientId),
    ...lists.folder.map(({folderId}) => folderId),
    ...lists.customTemplate.map(({templateId}) => templateId),
  ]
  if (new Set(ids).size !== ids.length) wrong.push('an id is given twice')
  for (const [kind, list] of Object.entries(lists)) {
    if (new Set(list.map(({name}) => name)).size !== list.length) wrong.push(`a name of a ${kind} is given twice`)
    if (list.some((each) => each.containerId !== version.containerId)) wrong.push(`a ${kind} is of another container`)
  }
  return wrong
}

/** Triggers, folders, templates and `{{variables}}` that are named are there. */
function wrongReferences(version: Version): string[] {
  const {tag, trigger, variable, client, folder, customTemplate} = listsOf(version)
  const wrong: string[] = []
  const triggers = new Set(trigger.map(({triggerId}) => triggerId))
  for (const id of tag.flatMap(({firingTriggerId = [], blockingTriggerId = []}) => [
    ...firingTriggerId,
    ...blockingTriggerId,
  ])) {
    if (!triggers.has(id) && !BUILT_IN_TRIGGERS.test(id)) wrong.push(`there is no trigger ${id}`)
  }
  const templates = new Set(
    customTemplate.flatMap(({templateId, galleryReference}) => [
      `cvt_${version.containerId}_${templateId}`,
      ...(galleryReference?.galleryTemplateId ? [`cvt_${galleryReference.galleryTemplateId}`] : []),
    ]),
  )
  for (const {type} of [...tag, ...variable, ...client])
    if (type.startsWith('cvt_') && !templates.has(type)) wrong.push(`there is no template ${type}`)
  const folders = new Set(folder.map(({folderId}) => folderId))
  for (const {parentFolderId} of [...tag, ...trigger, ...variable, ...client])
    if (parentFolderId !== undefined && !folders.has(parentFolderId)) wrong.push(`there is no folder ${parentFolderId}`)
  const names = new Set(variable.map(({name}) => name))
  const builtIn = new Set((version.builtInVariable ?? []).map(({name}) => name))
  const used = JSON.stringify([tag, trigger, variable, client]).matchAll(/\{\{([^{}]+)\}\}/g)
  for (const [, name = ''] of used)
    if (!names.has(name) && !builtIn.has(name) && !BUILT_IN_NAMES.test(name)) wrong.push(`there is no variable ${name}`)
  return wrong
}
