/** What jsonc-parser's numbers mean (its ParseErrorCode). */
const SENTENCES: Readonly<Record<number, string>> = {
  1: 'unknown symbol',
  2: 'invalid number',
  3: 'a key in double quotes is expected',
  4: 'a value is expected',
  5: 'a colon is expected',
  6: 'a comma is expected',
  7: 'a closing brace is expected',
  8: 'a closing bracket is expected',
  9: 'the end of the file is expected',
  10: 'comments are not part of JSON',
  11: 'a comment is not closed',
  12: 'a string is not closed',
  13: 'a number is not finished',
  14: 'invalid Unicode escape',
  15: 'invalid escape',
  16: 'a control character must be written as an escape',
}

/** What is wrong with a text that is no JSON, in words; without a number it holds nothing at all. */
export function describeJsonFault(fault: number | undefined): string {
  return fault === undefined ? 'it is empty' : (SENTENCES[fault] ?? 'unexpected text')
}
