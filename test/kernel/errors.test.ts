import {describe, expect, test} from 'vitest'
import {EXIT, interrupted, StitchError} from '#runtime/kernel/errors.ts'

describe('exit codes', () => {
  test('are those that scripts rely on', () => {
    expect(EXIT).toEqual({ok: 0, failed: 1, usage: 2, environment: 3, config: 4, deploy: 5, bug: 70, interrupted: 130})
  })
})

describe('a foreseen error', () => {
  test('is a document with code, message, hints, exit code, place and cause', () => {
    const error = new StitchError('The file is broken, so nothing was read.', {
      code: 'STITCH_TEST',
      exit: 'config',
      hints: ['mend it'],
      at: {file: 'a.json', line: 2, column: 3},
      cause: new TypeError('bad'),
    })
    expect(error.toJSON()).toEqual({
      code: 'STITCH_TEST',
      message: 'The file is broken, so nothing was read.',
      hints: ['mend it'],
      exit: 4,
      at: {file: 'a.json', line: 2, column: 3},
      cause: 'bad',
    })
  })

  test('has no field for what it does not know', () => {
    expect(new StitchError('So.', {code: 'STITCH_TEST', exit: 'usage'}).toJSON()).toEqual({
      code: 'STITCH_TEST',
      message: 'So.',
      hints: [],
      exit: 2,
    })
  })

  test('of an interruption names the signal and ends with 130', () => {
    expect(interrupted('SIGTERM').toJSON()).toMatchObject({
      code: 'STITCH_INTERRUPTED',
      exit: 130,
      message: expect.stringMatching(/^SIGTERM /),
    })
  })
})
