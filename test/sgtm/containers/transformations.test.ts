import {describe, expect, test} from 'vitest'
import {applyTransformation} from '#runtime/sgtm/server/transform-event.ts'
import {logging, makeExport, parameters, serveExport} from '../export.ts'

const event = {event_name: 'buy', value: 5, user: {mail: 'a@b', city: 'x'}, 'a.b': 1}

describe('what a transformation does to an event', () => {
  test.each([
    ['tf_exclude_params', ['value', 'user.mail', 'a.b', 'none', 'value.x'], {event_name: 'buy', user: {city: 'x'}}],
    ['tf_exclude_params', ['user'], {event_name: 'buy', value: 5, 'a.b': 1}],
    ['tf_allow_params', ['event_name', 'user.city', 'none'], {event_name: 'buy', user: {city: 'x'}}],
    ['tf_allow_params', ['a.b'], {'a.b': 1}],
    ['tf_allow_params', [], {}],
    ['tf_unknown', ['value'], event],
  ])('%s %j', (type, names, expected) => {
    expect(applyTransformation({type, names}, event, [])).toEqual(expected)
    expect(event.user).toEqual({mail: 'a@b', city: 'x'})
  })

  test('tf_augment_event sets, also in nested data', () => {
    const set = [
      {name: 'value', value: 6},
      {name: 'new', value: {a: 1}},
      {name: 'user.age', value: 30},
      {name: 'deep.er', value: true},
    ]
    expect(applyTransformation({type: 'tf_augment_event', names: []}, event, set)).toEqual({
      ...event,
      value: 6,
      new: {a: 1},
      user: {...event.user, age: 30},
      deep: {er: true},
    })
  })
})

const transformation = (name: string, type: string, values: Record<string, unknown>, more = {}) => ({
  transformationId: name,
  name,
  type,
  parameter: parameters({matchingConditionsEnabled: false, allTagsExcept: true, affectedTags: [], ...values}),
  ...more,
})
const value = {variableId: '1', name: 'value', type: 'ed', parameter: parameters({keyPath: 'value'})}
const mail = {variableId: '2', name: 'mail', type: 'ed', parameter: parameters({keyPath: 'user.mail'})}
const set = (paramValue: string) => ({augmentEventTable: [{paramName: 'value', paramValue}]})

async function texts(list: readonly unknown[], more: Record<string, unknown> = {}) {
  await using served = await serveExport(
    makeExport({
      variable: [value, mail],
      transformation: list,
      tag: [logging('1', 'one {{value}} {{mail}}'), logging('2', 'two {{value}} {{mail}}')],
      ...more,
    }),
  )
  await served.send([event])
  // A tag whose event has to be changed starts a moment later than one whose event is as it came.
  const settled = served.settled('tag.settled').toSorted((a, b) => a.tag.localeCompare(b.tag))
  return {texts: served.texts().map(String).toSorted(), transformed: settled.map(({transformed}) => transformed)}
}

describe('which tags see a transformed event', () => {
  test('all but those that are named', async () => {
    const list = [
      transformation('t', 'tf_augment_event', {...set('9'), affectedTags: [{tagReference: {tag: 'tag 2'}}]}),
    ]
    expect(await texts(list)).toEqual({texts: ['one 9 a@b', 'two 5 a@b'], transformed: [['t'], []]})
  })

  test('only those that are named', async () => {
    const affectedTags = [{tagReference: {tag: 'tag 2'}}]
    const list = [
      transformation('t', 'tf_exclude_params', {
        allTagsExcept: false,
        affectedTags,
        excludedParamsTable: [{excludedParams: 'user.mail'}],
      }),
    ]
    expect((await texts(list)).texts).toEqual(['one 5 a@b', 'two 5 '])
  })

  test('none where nothing is named', async () => {
    expect((await texts([transformation('t', 'tf_augment_event', {...set('9'), allTagsExcept: false})])).texts[0]).toBe(
      'one 5 a@b',
    )
  })

  test('those of a type, with exceptions', async () => {
    const affectedTagTypes = [{tagType: 'cvt_7_1', tagTypeExceptions: [{tagReference: {tag: 'tag 1'}}]}]
    const list = [transformation('t', 'tf_augment_event', {...set('9'), allTagsExcept: false, affectedTagTypes})]
    expect((await texts(list)).texts).toEqual(['one 5 a@b', 'two 9 a@b'])
  })

  test.each([
    ['EQUALS', 'buy', true],
    ['EQUALS', 'look', false],
    ['NOT_EQUALS', 'look', true],
    ['REGEX', '^b', true],
    ['REGEX_IGNORE_CASE', '^B', true],
    ['DOES_NOT_CONTAIN', 'uy', false],
    ['SOMETHING', 'buy', false],
  ])('where its condition holds: %s %s', async (expressionType, expressionValue, holds) => {
    const matchingConditionsTable = [
      {variableName: 'Event', variableReference: '{{_event}}', expressionType, expressionValue},
    ]
    const list = [
      transformation('t', 'tf_augment_event', {...set('9'), matchingConditionsEnabled: true, matchingConditionsTable}),
    ]
    expect((await texts(list)).texts[0]).toBe(holds ? 'one 9 a@b' : 'one 5 a@b')
  })

  test('the variables of its values are told with the tag', async () => {
    await using served = await serveExport(
      makeExport({
        variable: [value],
        transformation: [transformation('t', 'tf_augment_event', set('{{value}}!'))],
        tag: [logging('1', '')],
      }),
    )
    await served.send([event])
    expect(served.settled('tag.settled')[0]?.variables).toEqual([{name: 'value', value: '5'}])
  })

  test('each sees what the one of higher priority left, and values may name variables', async () => {
    const list = [
      transformation('second', 'tf_augment_event', set('{{value}}!')),
      transformation('first', 'tf_augment_event', set('{{value}}?'), {priority: '5'}),
    ]
    expect(await texts(list)).toMatchObject({
      texts: ['one 5?! a@b', 'two 5?! a@b'],
      transformed: [
        ['first', 'second'],
        ['first', 'second'],
      ],
    })
  })
})
