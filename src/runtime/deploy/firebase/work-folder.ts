import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

/** A folder for one deploy; disposing deletes it with all that was put there meanwhile. */
export type WorkFolder = AsyncDisposable & {readonly path: string}

/** Makes a folder of its own below the data folder and writes the files into it; if that fails, nothing stays. */
export async function createWorkFolder(
  dataDir: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<WorkFolder> {
  makeFolder(dataDir)
  const path = await mkdtemp(join(dataDir, 'firebase-'))
  const remove = async (): Promise<void> => await rm(path, {recursive: true, force: true, maxRetries: 5})
  try {
    for (const [name, contents] of Object.entries(files)) {
      makeFolder(dirname(join(path, name)))
      await writeFile(join(path, name), contents, {mode: 0o600})
    }
  } catch (error) {
    await remove()
    throw error
  }
  return {path, [Symbol.asyncDispose]: remove}
}
