import {cp, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {root} from './measure.ts'

/**
 * A copy of the demo whose deadlines a busy machine meets too, since what they cut off could not be measured; the path of
 * its configuration.
 */
export async function copyPatientDemo(folder: string): Promise<string> {
  const demo = join(folder, 'demo')
  await cp(`${root}fixtures`, demo, {recursive: true})
  const config = join(demo, 'stitch.config.json')
  const deadlines = '"deadlines": {"functionMs": 20000, "firestoreMs": 19000, "callbackMs": 21000}'
  await replace(config, '"kinds":', `${deadlines}, "kinds":`)
  await replace(join(demo, 'container', 'container.json'), '"keyId":', '"timeoutMs": "22000", "keyId":')
  return config
}

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}
