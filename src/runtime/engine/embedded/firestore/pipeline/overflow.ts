import {invalidArgument} from '../errors.ts'

/** What V8 says where there is no room: for calls within calls, for a text, for an array, for a map. */
const OVERFLOW =
  /^(?:Maximum call stack size exceeded|Invalid string length|Invalid array length|Map maximum size exceeded)$/

/** A refusal of a pipeline that goes beyond what JavaScript has room for; any other error as it is. */
export function refuseOverflow(error: unknown): unknown {
  if (!(error instanceof RangeError) || !OVERFLOW.test(error.message)) return error
  return invalidArgument(`The pipeline goes too deep or makes too much of its values (${error.message}).`)
}
