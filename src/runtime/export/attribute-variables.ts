/** Attributes of several kinds, each once; kinds that give everything are named apart, since nobody knows what it is. */
export type AttributeNames = {readonly paths: readonly string[]; readonly unnamed: readonly string[]}

/** @param lists a destination of the configuration: dotted attributes by kind */
export function collectAttributes(lists: Readonly<Record<string, readonly string[]>>): AttributeNames {
  const paths = new Set(Object.values(lists).flat())
  paths.delete('*')
  const unnamed = Object.keys(lists).filter((kind) => lists[kind]?.includes('*'))
  return {paths: [...paths].toSorted(), unnamed}
}
