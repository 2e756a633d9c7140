import {randomBytes} from 'node:crypto'
import {readFile, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'
import {StitchError} from '#runtime/kernel/errors.ts'
import {makeFolder} from '#runtime/kernel/make-folder.ts'

const LocalKeys = z.strictObject({
  /** HMAC keys by id, base64; the first signs, all verify. */
  hmac: z.record(z.string(), z.base64()),
  /** Key of the identity documents' ids, base64. It must outlive a run: seeded ids are made with it. */
  pepper: z.base64(),
})

/** Secrets of the simulation: made on this machine, never deployed. */
export type LocalKeys = z.infer<typeof LocalKeys>

/**
 * Reads the simulation's keys from `<dataDir>/local-keys.json`, or makes them on first use (mode 0600).
 * Two first uses at once end with one file: it is written beside and renamed.
 */
export async function loadLocalKeys(dataDir: string): Promise<LocalKeys> {
  const file = join(dataDir, 'local-keys.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return await makeLocalKeys(dataDir, file)
  const parsed = LocalKeys.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new StitchError(`${file} does not hold the simulation's keys, so nothing was started.`, {
    code: 'STITCH_KEYS_INVALID',
    exit: 'config',
    hints: [`rm ${file}   (new keys are made; seed again)`],
    at: {file, line: 1, column: 1},
  })
}

async function makeLocalKeys(dataDir: string, file: string): Promise<LocalKeys> {
  const keys: LocalKeys = {
    hmac: {'local-1': randomBytes(32).toString('base64')},
    pepper: randomBytes(32).toString('base64'),
  }
  try {
    makeFolder(dataDir)
    const draft = `${file}.${process.pid}`
    await writeFile(draft, `${JSON.stringify(keys, null, 2)}\n`, {mode: 0o600})
    await rename(draft, file)
  } catch (cause) {
    throw new StitchError(`The data folder ${dataDir} cannot be written, so the simulation's keys were not made.`, {
      code: 'STITCH_DATA_DIR_NOT_WRITABLE',
      exit: 'environment',
      hints: ['--data-dir DIR   with a folder that can be written'],
      cause,
    })
  }
  return keys
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
