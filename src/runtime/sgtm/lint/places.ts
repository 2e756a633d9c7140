import {findNodeAtLocation, parseTree} from 'jsonc-parser'
import type {Node} from 'jsonc-parser'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {locate, splitSections} from '../tpl/split-sections.ts'

/** Where permissions and parameters stand in a template's file. */
export type Places = {
  /** The first declaration of a permission, or the section's first line. */
  readonly permission: (publicId: string) => SourceLocation
  readonly parameter: (name: string) => SourceLocation
}

/** @param text the file's text, which is a template that could be read */
export function findPlaces(file: string, text: string): Places {
  const sections = splitSections(text)
  const treeOf = (name: string): {readonly root: Node | undefined; readonly at: (node?: Node) => SourceLocation} => {
    const section = sections.find((one) => one.name === name)
    return {
      root: section ? parseTree(section.text) : undefined,
      at: (node) => (section ? locate(file, section, node?.offset ?? 0) : {file, line: 1, column: 1}),
    }
  }
  const permissions = treeOf('SERVER_PERMISSIONS')
  const parameters = treeOf('TEMPLATE_PARAMETERS')
  return {
    permission: (publicId) => {
      const items = permissions.root?.children ?? []
      const found = items
        .map((item) => findNodeAtLocation(item, ['instance', 'key', 'publicId']))
        .find((node) => node?.value === publicId)
      return permissions.at(found ?? permissions.root)
    },
    parameter: (name) => parameters.at(parameters.root ? findName(parameters.root, name) : undefined),
  }
}

/** The value of the first key `name` that says so, however deep. */
function findName(node: Node, name: string): Node | undefined {
  const [key, value] = node.children ?? []
  if (node.type === 'property') {
    if (key?.value === 'name' && value?.value === name) return value
    return value ? findName(value, name) : undefined
  }
  for (const child of node.children ?? []) {
    const found = findName(child, name)
    if (found) return found
  }
  return undefined
}
