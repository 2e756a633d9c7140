import {describe, expect, test} from 'vitest'
import type {Scenario} from '#runtime/fixtures/scenario.ts'
import {selectScenarios} from '#runtime/session/select-scenarios.ts'

const at = {file: 'scenarios/a.json', line: 1, column: 1}

type Draft = {readonly name: string; readonly id?: string; readonly sameAs?: string}

function scenario(id: string, steps: readonly Draft[], more: Partial<Scenario> = {}): Scenario {
  return {
    id,
    title: id,
    description: undefined,
    default: true,
    order: 0,
    async: false,
    at,
    steps: steps.map(({name, id: asked = 'P-1', sameAs}) => ({
      name,
      title: `${id}/${name}`,
      request: {as: 'browser', path: '/stitch', id: asked} as Scenario['steps'][number]['request'],
      mode: 'sync',
      methods: ['GET', 'POST'],
      expect: sameAs === undefined ? {} : {sameAs},
      at,
      faults: [],
      places: {},
    })),
    ...more,
  }
}

const all = [
  scenario('products', [{name: 'pole'}, {name: 'jacket'}, {name: 'pole-again', sameAs: 'pole'}]),
  scenario(
    'later',
    [{name: 'ask'}, {name: 'pick-up', id: '${ask.requestId}'}, {name: 'pick-up-twice', id: '${pick-up.requestId}'}],
    {async: true},
  ),
  scenario('strange', [{name: 'odd'}], {default: false}),
]

function select(scenarioName: string | undefined, only: readonly string[] = [], async = false): string[] {
  return selectScenarios(all, {scenario: scenarioName, only, async}).map(
    ({id, steps}) => `${id}: ${steps.map(({name}) => name).join(' ')}`,
  )
}

describe('the scenarios of a run', () => {
  test('without a name: the default ones, asynchronous ones only with --async', () => {
    expect(select(undefined)).toEqual(['products: pole jacket pole-again'])
    expect(select(undefined, [], true)).toEqual([
      'products: pole jacket pole-again',
      'later: ask pick-up pick-up-twice',
    ])
  })

  test('with a name or the path of a file: that one, default or not', () => {
    expect(select('strange')).toEqual(['strange: odd'])
    expect(select('fixtures/scenarios/strange.json')).toEqual(['strange: odd'])
  })

  test('with --only: the steps whose name or title has the text, in their order', () => {
    expect(select(undefined, ['jacket'])).toEqual(['products: jacket'])
    expect(select(undefined, ['products/'])).toEqual(['products: pole jacket pole-again'])
    expect(select(undefined, ['jacket', 'ask'], true)).toEqual(['products: jacket', 'later: ask'])
  })

  test('with --only: what the steps quote or are compared with, too, however far back', () => {
    expect(select(undefined, ['again'])).toEqual(['products: pole pole-again'])
    expect(select('later', ['twice'], true)).toEqual(['later: ask pick-up pick-up-twice'])
  })

  test.each([
    {
      what: 'a name that is unknown',
      ask: () => select('product'),
      code: 'STITCH_SCENARIO_UNKNOWN',
      hint: 'did you mean products',
    },
    {
      what: 'an asynchronous one without --async',
      ask: () => select('later'),
      code: 'STITCH_ASYNC_NEEDED',
      hint: 'stitch simulate later --async',
    },
    {
      what: 'steps that are nowhere',
      ask: () => select(undefined, ['zebra']),
      code: 'STITCH_NOTHING_SELECTED',
      hint: 'steps: pole, jacket, pole-again',
    },
  ])('$what is refused with a hint', ({ask, code, hint}) => {
    expect(ask).toThrow(expect.objectContaining({code, exit: 'usage', hints: expect.arrayContaining([hint])}))
  })

  test('a project without scenarios says so', () => {
    expect(() => selectScenarios([], {scenario: undefined, only: [], async: true})).toThrow(
      'There is no scenario to run',
    )
  })
})
