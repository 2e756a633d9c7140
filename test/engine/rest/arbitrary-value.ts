import fc from 'fast-check'

const INT64 = fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map(String)
const DOUBLE = fc.double().map((value) => {
  if (!Number.isFinite(value)) return String(value)
  return Object.is(value, -0) ? 0 : value
})
const BYTES = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64'))
const TIME = fc
  .date({min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true})
  .chain((date) =>
    fc.constantFrom('', '.100', '.123456', '.000000001').map((rest) => `${date.toISOString().slice(0, 19)}${rest}Z`),
  )
/** Names that objects of JavaScript treat as their own are names like any other. */
const NAME = fc.oneof(
  fc.string({minLength: 1, unit: 'grapheme'}),
  fc.constantFrom('__proto__', 'constructor', 'toString'),
)

/** google.firestore.v1.Value in the one form in which answers show it. */
export const value: fc.Arbitrary<object> = fc.letrec<{value: object}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.constant({nullValue: null}),
    fc.record({booleanValue: fc.boolean()}),
    fc.record({integerValue: INT64}),
    fc.record({doubleValue: DOUBLE}),
    fc.record({timestampValue: TIME}),
    fc.record({stringValue: fc.string({unit: 'grapheme'})}),
    fc.record({bytesValue: BYTES}),
    fc.record({geoPointValue: fc.record({latitude: fc.integer({min: 1, max: 90}), longitude: fc.constant(-0.5)})}),
    fc.array(tie('value'), {minLength: 1}).map((values) => ({arrayValue: {values}})),
    fc.dictionary(NAME, tie('value'), {minKeys: 1}).map((fields) => ({mapValue: {fields}})),
  ),
})).value
