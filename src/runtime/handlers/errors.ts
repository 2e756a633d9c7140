/**
 * Every error code that an answer of the functions can carry: its HTTP status and the sentence sent with it.
 * The table is the documentation; a code is never reused for something else.
 */
export const ERRORS = {
  invalid_request: {status: 400, sentence: 'The request is not one that this endpoint understands.'},
  invalid_id: {status: 400, sentence: 'The id is empty, too long, repeated, or contains what a document id must not.'},
  blocked_id: {status: 400, sentence: 'The id is a placeholder that the configuration blocks.'},
  unknown_kind: {status: 400, sentence: 'No configured kind takes this id, or the named kind does not exist.'},
  invalid_field: {status: 400, sentence: 'A field is not a dotted path of plain attribute names.'},
  batch_too_large: {status: 400, sentence: 'The batch has more ids than the configured limit.'},
  invalid_message: {status: 400, sentence: 'The pushed message is not one that the lookup function published.'},
  bad_signature: {status: 401, sentence: 'The signature is missing, malformed, or not made with an active key.'},
  stale_timestamp: {status: 401, sentence: 'The signature is older or newer than the allowed 300 seconds.'},
  replay: {status: 401, sentence: 'The nonce of this signature was used before.'},
  not_found: {status: 404, sentence: 'Nothing was found and the request asked for strict answers.'},
  no_such_path: {status: 404, sentence: 'There is no such path.'},
  method_not_allowed: {status: 405, sentence: 'The path does not take this method.'},
  idempotency_conflict: {status: 409, sentence: 'The request id was used before for a different request.'},
  body_too_large: {status: 413, sentence: 'The body is larger than the configured limit.'},
  unsupported_media_type: {status: 415, sentence: 'The body must be application/json.'},
  internal: {status: 500, sentence: 'The function failed in a way that was not foreseen.'},
  store_unavailable: {status: 503, sentence: 'The database did not answer usefully.'},
  queue_unavailable: {status: 503, sentence: 'The queue did not take the request.'},
  callback_failed: {status: 503, sentence: 'The container did not confirm the callback.'},
  callback_refused: {status: 503, sentence: 'The callback address is private, so nothing was sent.'},
  delivery_in_progress: {status: 503, sentence: 'Another delivery of the same request is at work.'},
  deadline: {status: 504, sentence: 'The deadline passed before the database answered.'},
} as const satisfies Record<string, {readonly status: number; readonly sentence: string}>

export type ErrorCode = keyof typeof ERRORS

/** A foreseen refusal; becomes an answer with the status of its code. `detail` must hold no personal data. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly detail: string | undefined

  constructor(code: ErrorCode, detail?: string) {
    super(detail === undefined ? ERRORS[code].sentence : `${ERRORS[code].sentence} ${detail}`)
    this.code = code
    this.detail = detail
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}
