import {describe, expect, test} from 'vitest'
import {resolveReferences} from '#runtime/session/references.ts'

const earlier = new Map<string, unknown>([
  ['login', {requestId: 'r-1', attributes: {visits: 42, badges: ['vip']}, pickup: null}],
  ['silent', undefined],
])

describe('references to earlier answers', () => {
  test.each([
    {text: '${login.requestId}', becomes: 'r-1'},
    {
      text: '/stitch/result?requestId=${login.requestId}&n=${login.attributes.visits}',
      becomes: '/stitch/result?requestId=r-1&n=42',
    },
    {text: '${login.attributes.visits}', becomes: 42},
    {text: '${login.attributes.badges}', becomes: ['vip']},
    {text: '${login.attributes.badges.0}', becomes: 'vip'},
    {text: '${login.pickup}', becomes: null},
    {text: '$login.requestId and {login}', becomes: '$login.requestId and {login}'},
    {text: '${}', becomes: '${}'},
  ])('$text becomes $becomes', ({text, becomes}) => {
    expect(resolveReferences(text, earlier)).toEqual(becomes)
  })

  test('are found at any depth, and everything else stays as it is', () => {
    const request = {
      id: '${login.requestId}',
      fields: ['a', '${login.attributes.visits}'],
      strict: true,
      types: 1,
      kind: undefined,
      body: null,
    }
    expect(resolveReferences(request, earlier)).toEqual({
      id: 'r-1',
      fields: ['a', 42],
      strict: true,
      types: 1,
      kind: undefined,
      body: null,
    })
  })

  test.each([
    {text: '${nobody.requestId}', hint: 'no earlier step is named nobody'},
    {text: 'x ${login.attributes.cost}', hint: 'the answer of login has no attributes.cost'},
    {text: '${login.pickup.length}', hint: 'the answer of login has no pickup.length'},
    {text: '${silent.requestId}', hint: 'the answer of silent has no requestId'},
  ])('$text leads nowhere and says why', ({text, hint}) => {
    expect(() => resolveReferences({id: text}, earlier)).toThrow(
      expect.objectContaining({code: 'STITCH_REFERENCE_UNKNOWN', exit: 'config', hints: [hint]}),
    )
  })
})
