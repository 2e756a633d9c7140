import {DOCUMENT_NAME} from '../paths/field-path.ts'
import type {FieldPath} from '../paths/field-path.ts'
import {createValueReader} from '../query/field-reader.ts'
import {decodeFields} from '../values/decode.ts'
import {encodeFields} from '../values/encode.ts'
import {getField, setField} from '../values/fields.ts'
import {Reader} from '../values/reader.ts'
import type {Fields, Value} from '../values/value.ts'
import type {NamedDocument} from '../../store/store.ts'
import {ABSENT} from './outcome.ts'
import type {Around, Evaluate, Row} from './outcome.ts'
import {checkSize} from './size.ts'

const CREATE_TIME = '__create_time__'
const UPDATE_TIME = '__update_time__'

/** The encoded fields of rows that nobody has decoded yet, which is what makes reading one field of many rows fast. */
const ENCODED = new WeakMap<Row, Uint8Array>()

/** A stored document as a row; all its fields are decoded when something looks at them. */
export function rowOf(document: NamedDocument, {variables, now, spend}: Around): Row {
  const {name, createTime, updateTime, fields} = document
  let decoded: Fields | undefined
  const row: Row = {
    name,
    get fields() {
      if (!decoded) ENCODED.delete(row)
      return (decoded ??= decodeFields(new Reader(fields)))
    },
    variables,
    createTime,
    updateTime,
    now,
    spend,
  }
  ENCODED.set(row, fields)
  return row
}

/** Whether a row is a stored document as it is, of which nothing is decoded. */
export function isStored(row: Row): boolean {
  return ENCODED.has(row)
}

/** A row's fields as they are sent. */
export function encodeRow(row: Row): Uint8Array {
  return ENCODED.get(row) ?? encodeFields(row.fields)
}

/** A row that stands for no document, with what is known around it. */
export function rowWith(fields: Fields, {variables, now, spend}: Around): Row {
  return {name: undefined, fields, variables, now, spend}
}

/** What a field reference comes to, which may be the document's name or one of its times. */
export function compileField(path: FieldPath): Evaluate {
  const [first] = path
  if (path.length === 1 && first!.startsWith('__')) return (row) => readMetadata(row, first!) ?? ABSENT
  const read = createValueReader(path)
  return (row) => {
    const encoded = ENCODED.get(row)
    return (encoded ? read(encoded) : getField(row.fields, path)) ?? ABSENT
  }
}

function readMetadata(row: Row, field: string): Value | undefined {
  if (field === DOCUMENT_NAME) return row.name === undefined ? undefined : {kind: 'reference', value: row.name}
  const time = field === CREATE_TIME ? row.createTime : field === UPDATE_TIME ? row.updateTime : undefined
  return time === undefined ? row.fields.get(field) : {kind: 'timestamp', value: BigInt(time)}
}

/** A row with a value at a path, which may be one of the names that documents have besides their fields. */
export function assignField(row: Row, path: FieldPath, value: Value): Row {
  const name = path.length === 1 ? path[0] : undefined
  if (name === DOCUMENT_NAME && value.kind === 'reference') return {...row, name: value.value}
  if (name === CREATE_TIME && value.kind === 'timestamp') return {...row, createTime: Number(value.value)}
  if (name === UPDATE_TIME && value.kind === 'timestamp') return {...row, updateTime: Number(value.value)}
  const fields = setField(row.fields, path, value)
  checkSize(fields.get(path[0]!)!)
  return {...row, fields}
}

/** All of a row in one map, as `current_document` gives it. */
export function mapOf(row: Row): Value {
  const fields = new Map(row.fields)
  for (const name of [DOCUMENT_NAME, CREATE_TIME, UPDATE_TIME]) {
    const value = readMetadata(row, name)
    if (value) fields.set(name, value)
  }
  return {kind: 'map', fields}
}
