import {SCHEMA_TYPE} from '../../../src/runtime/engine/embedded/pubsub/schemas/schema-codec.ts'
import {parseDefinition} from '../../../src/runtime/engine/embedded/pubsub/schemas/schema-definition.ts'

export const avro = (definition: unknown) =>
  parseDefinition({type: SCHEMA_TYPE.avro, definition: JSON.stringify(definition)})
export const proto = (body: string, syntax = 'proto3') =>
  parseDefinition({type: SCHEMA_TYPE.protocolBuffer, definition: `syntax = "${syntax}"; message A {${body}}`})
export const field = (type: unknown) => ({type: 'record', name: 'R', namespace: 'n.s', fields: [{name: 'a', type}]})
export const LIST = {
  type: 'record',
  name: 'List',
  fields: [
    {name: 'value', type: 'int'},
    {name: 'next', type: ['null', 'List']},
  ],
}
