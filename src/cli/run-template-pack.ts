import {showPath} from '#runtime/kernel/show-path.ts'
import {writeStdout} from './output.ts'

type Move = {
  readonly from: string
  readonly to: string | undefined
  readonly force: boolean
  readonly json: boolean
}

/** `stitch template pack`. */
export async function runTemplatePack({from, to, force, json}: Move): Promise<unknown> {
  const {packTemplate} = await import('#runtime/session/templates/pack-template.ts')
  const packed = await packTemplate(from, to, force)
  const file = showPath(packed.file)
  if (!json) await writeStdout(`${file}: ${packed.bytes} bytes\n`)
  return {version: 1, command: 'template pack', file, bytes: packed.bytes}
}

/** `stitch template unpack`. */
export async function runTemplateUnpack({from, to, force, json}: Move): Promise<unknown> {
  const {unpackTemplate} = await import('#runtime/session/templates/pack-template.ts')
  const unpacked = await unpackTemplate(from, to, force)
  const folder = showPath(unpacked.folder)
  if (!json) await writeStdout(`${folder}: ${unpacked.files.length} files\n`)
  return {version: 1, command: 'template unpack', folder, files: unpacked.files}
}
