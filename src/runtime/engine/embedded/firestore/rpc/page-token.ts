import {invalidArgument} from '../errors.ts'

const MARK = 'after/'

/** An opaque token for the page that starts behind `last`; the empty string says that there is no further page. */
export function formatPageToken(last: string | undefined): string {
  return last === undefined ? '' : Buffer.from(`${MARK}${last}`).toString('base64url')
}

/** Where the page starts. Throws INVALID_ARGUMENT for a token that is not ours. */
export function parsePageToken(token: string): string | undefined {
  if (token === '') return undefined
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith(MARK)) throw invalidArgument('invalid page token')
  return text.slice(MARK.length)
}
