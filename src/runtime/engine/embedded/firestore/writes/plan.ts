import {GrpcStatus, STATUS} from '../../grpc/status.ts'
import type {FirestoreLimits} from '../../../types.ts'
import type {StoredDocument} from '../../store/store.ts'
import {failedPrecondition} from '../errors.ts'
import {decodeFields} from '../values/decode.ts'
import {encodeFields} from '../values/encode.ts'
import {deleteField, getField, setField} from '../values/fields.ts'
import {Reader} from '../values/reader.ts'
import {checkDocument} from '../values/validate.ts'
import type {Fields, Value} from '../values/value.ts'
import {applyTransforms} from './transform.ts'
import type {Precondition, Write} from './write.ts'

/** What a write does to its document. `after` is the very object `current` where nothing changes. */
type PlannedWrite = {
  readonly after: StoredDocument | undefined
  readonly transformResults: readonly Value[]
}

/**
 * Decides on one write, given the document as it is now and the time of the commit in microseconds. Throws NOT_FOUND,
 * ALREADY_EXISTS or FAILED_PRECONDITION for a precondition that does not hold, INVALID_ARGUMENT for a document that
 * must not be stored. A write that changes nothing keeps the document's update time.
 */
export function planWrite(
  write: Write,
  current: StoredDocument | undefined,
  {time, limits}: {readonly time: number; readonly limits: FirestoreLimits},
): PlannedWrite {
  if (write.precondition) checkPrecondition(write.precondition, current, write.name)
  if (write.kind === 'delete') return {after: undefined, transformResults: []}

  const base = write.mask ? applyMask(current, write.fields, write.mask) : write.fields
  // What is given must be right even where a transform replaces it or a mask leaves it out.
  if (write.transforms.length > 0 || write.mask) checkDocument(write.target.segments, write.fields, limits)
  const {fields, results} = applyTransforms(base, write.transforms, time)
  checkDocument(write.target.segments, fields, limits)
  const encoded = encodeFields(fields)
  const unchanged = current && encoded.equals(current.fields)
  const after = unchanged ? current : {createTime: current?.createTime ?? time, updateTime: time, fields: encoded}
  return {after, transformResults: results}
}

function applyMask(
  current: StoredDocument | undefined,
  given: Fields,
  mask: Extract<Write, {kind: 'update'}>['mask'] & {},
): Fields {
  let fields: Fields = current ? decodeFields(new Reader(current.fields)) : new Map()
  for (const path of mask) {
    const value = getField(given, path)
    fields = value ? setField(fields, path, value) : deleteField(fields, path)
  }
  return fields
}

function checkPrecondition(precondition: Precondition, current: StoredDocument | undefined, name: string): void {
  if (precondition.kind === 'updateTime') {
    const stored = current?.updateTime ?? 0
    if (stored === precondition.updateTime) return
    throw failedPrecondition(
      `the stored version (${stored}) does not match the required base version (${precondition.updateTime})`,
    )
  }
  if (precondition.exists && !current) throw new GrpcStatus(STATUS.notFound, `No document to update: ${name}`)
  if (!precondition.exists && current) {
    throw new GrpcStatus(STATUS.alreadyExists, `Document already exists: ${name}`)
  }
}
