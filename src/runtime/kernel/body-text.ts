const MOST_BYTES = 64 * 1024

/**
 * The text of a body as the log keeps it: UTF-8, cut after 64 KiB of the body, never within a character. Bytes that are
 * no UTF-8 become U+FFFD.
 */
export function readBodyText(body: Uint8Array): string {
  const decoder = new TextDecoder()
  return decoder.decode(body.subarray(0, MOST_BYTES), {stream: body.length > MOST_BYTES})
}
