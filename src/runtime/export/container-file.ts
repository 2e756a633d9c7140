import {createHash} from 'node:crypto'
import type {Entity, Parts} from './types.ts'

/** Whose container a file says it is. GTM puts its own ids in their place when it imports. */
type Owner = {readonly context: 'SERVER' | 'WEB'; readonly name: string; readonly containerId: string}

const ACCOUNT = '1'
/** The same configuration gives the same bytes, so a file does not know when it was written. */
const TIME = '2000-01-01 00:00:00'

/** The container that the parts of a server or web container belong to; types of templates name it too. */
export const SERVER_OWNER: Owner = {context: 'SERVER', name: 'stitch', containerId: '1'}
export const WEB_OWNER: Owner = {context: 'WEB', name: 'stitch for the data layer', containerId: '2'}

/** Numbers for entities: one row of them for all kinds, as in GTM. */
export function createIds(): () => string {
  let last = 0
  return () => String(++last)
}

/** A file of exportFormatVersion 2 out of a container's parts, all in one folder of their own. */
export function toContainerFile(owner: Owner, folderId: string, parts: Parts): object {
  const {context, name, containerId} = owner
  const path = `accounts/${ACCOUNT}/containers/${containerId}`
  const link = `https://tagmanager.google.com/#`
  const stamp = (entity: Entity, rest: object = {}): object => {
    const whole = {accountId: ACCOUNT, containerId, ...entity, ...rest}
    return {...whole, fingerprint: fingerprint(whole)}
  }
  const inFolder = (entities: readonly Entity[]): readonly object[] =>
    entities.map((entity) => stamp(entity, {parentFolderId: folderId}))
  const lists = {
    tag: inFolder(parts.tag),
    trigger: inFolder(parts.trigger),
    variable: inFolder(parts.variable),
    folder: [stamp({folderId, name: 'stitch'})],
    customTemplate: parts.customTemplate.map((template) => stamp(template)),
    client: inFolder(parts.client),
  }
  const publicId = context === 'SERVER' ? 'GTM-STITCHS' : 'GTM-STITCHW'
  return {
    exportFormatVersion: 2,
    exportTime: TIME,
    containerVersion: {
      path: `${path}/versions/0`,
      accountId: ACCOUNT,
      containerId,
      containerVersionId: '0',
      container: {
        path,
        accountId: ACCOUNT,
        containerId,
        name,
        publicId,
        usageContext: [context],
        fingerprint: fingerprint({owner}),
        tagManagerUrl: `${link}/container/${path}/workspaces?apiLink=container`,
        features: featuresOf(context),
        tagIds: [publicId],
      },
      // What a container has none of is left out.
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      fingerprint: fingerprint(lists),
      tagManagerUrl: `${link}/versions/${path}/versions/0?apiLink=version`,
    },
  }
}

/** 13 digits, as GTM's are; GTM takes the time of the last change, this takes what was changed. */
function fingerprint(value: object): string {
  const digest = createHash('sha256').update(JSON.stringify(value)).digest()
  return String(1e12 + (digest.readUIntBE(0, 6) % 9e12))
}

function featuresOf(context: Owner['context']): Readonly<Record<string, boolean>> {
  const isServer = context === 'SERVER'
  return {
    supportUserPermissions: true,
    supportEnvironments: true,
    supportWorkspaces: true,
    supportGtagConfigs: false,
    supportBuiltInVariables: true,
    supportClients: isServer,
    supportFolders: true,
    supportTags: true,
    supportTemplates: true,
    supportTriggers: true,
    supportVariables: true,
    supportVersions: true,
    supportZones: true,
    supportTransformations: isServer,
  }
}
