import {splitSections} from '#runtime/sgtm/tpl/split-sections.ts'

type Value = {readonly type: number; readonly string?: string; readonly listItem?: readonly Value[]}
type Permission = {
  readonly instance: {
    readonly key: {readonly publicId: string}
    readonly param?: readonly {readonly key: string; readonly value: Value}[]
  }
}

/**
 * The text of a template whose permission to send HTTP requests names these URL patterns and no others. Everything but
 * that section stays as it was; a template without the permission is returned as it is.
 */
export function narrowSendHttp(text: string, patterns: readonly string[]): string {
  const section = splitSections(text).find(({name}) => name === 'SERVER_PERMISSIONS')
  if (!section) return text
  const permissions = JSON.parse(section.text) as readonly Permission[]
  if (!permissions.some(({instance}) => instance.key.publicId === 'send_http')) return text
  const urls = {type: 2, listItem: patterns.map((pattern) => ({type: 1, string: pattern}))}
  const narrowed = permissions.map((permission) =>
    permission.instance.key.publicId === 'send_http'
      ? {
          ...permission,
          instance: {
            ...permission.instance,
            param: [
              {key: 'allowedUrls', value: {type: 1, string: 'specific'}},
              {key: 'urls', value: urls},
            ],
          },
          clientAnnotations: {isEditedByUser: true},
        }
      : permission,
  )
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  return plain.replace(section.text, () => `\n${JSON.stringify(narrowed, null, 2)}\n\n\n`)
}
