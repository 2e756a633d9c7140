import {fileURLToPath} from 'node:url'

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Templates that do the work of Google's own clients and tags, by the type under which exports name these. */
const builtInTemplates: Readonly<Record<string, string>> = {
  gaaw_client: file('./ga4-client.tpl'),
  gtm_client: file('./web-container-client.tpl'),
  sgtmgaaw: file('./ga4-tag.tpl'),
  ua_client: file('./ua-client.tpl'),
}

/** The template that stands for a type of Google's; undefined for types that can only be captured. */
export function builtInTemplate(type: string): string | undefined {
  return Object.hasOwn(builtInTemplates, type) ? builtInTemplates[type] : undefined
}
