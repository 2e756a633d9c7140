import type {Implementation} from '../types.ts'
import {invalid} from './invalid.ts'

/**
 * The file of a client's or tag's template.
 * @throws {StitchError} STITCH_CONTAINER_INVALID for one that is in no file of the project, as in an export
 */
export function templateFileOf({name, code}: {readonly name: string; readonly code: Implementation}): string {
  if (code.kind === 'template' && code.template.text === undefined) return code.template.file
  throw invalid(`"${name}" has no template file of its own, so it cannot be exported: this container is an export.`, [])
}
