import {dirname} from 'node:path'
import type {Machine} from '#runtime/engine/gcloud/machine.ts'

/** A machine made of files (path to content; a content `-> PATH` is a link), variables and the answers of commands. */
export function createStandInMachine({
  files,
  environment = {},
  answers = {},
}: {
  readonly files: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly answers?: Readonly<Record<string, string>>
}): Machine & {readonly asked: string[]} {
  const asked: string[] = []
  const resolve = (path: string): string | undefined => {
    const content = files[path]
    return content?.startsWith('-> ') ? resolve(content.slice(3)) : content === undefined ? undefined : path
  }
  return {
    environment,
    home: '/home/ada',
    asked,
    resolve: async (path) => resolve(path),
    list: async (folder) =>
      Object.keys(files).flatMap((path) => (dirname(path) === folder ? [path.slice(folder.length + 1)] : [])),
    read: async (file) => files[file],
    run: async (command, args) => {
      asked.push([command, ...args].join(' '))
      return answers[command]
    },
  }
}
