import {describe, expect, test} from 'vitest'
import {compare} from '#runtime/sgtm/triggers/conditions.ts'
import {condition, logging, makeExport, parameters, serveExport} from '../export.ts'

describe('conditions', () => {
  test.each([
    ['EQUALS', 'a', 'a', true],
    ['EQUALS', 'a', 'A', false],
    ['EQUALS', 5, '5', true],
    ['EQUALS', undefined, 'undefined', true],
    ['EQUALS', true, 'true', true],
    ['CONTAINS', 'abc', 'b', true],
    ['CONTAINS', 'abc', 'd', false],
    ['CONTAINS', ['a', 'b'], 'a,b', true],
    ['STARTS_WITH', 'abc', 'ab', true],
    ['STARTS_WITH', 'abc', 'bc', false],
    ['ENDS_WITH', 'abc', 'bc', true],
    ['ENDS_WITH', 'abc', 'ab', false],
    ['MATCH_REGEX', 'product/12', '/\\d+$', true],
    ['MATCH_REGEX', undefined, '^(undefined|null|)$', true],
    ['MATCH_REGEX', 'product', '(?i)PRO', true],
    ['MATCH_REGEX', 'ab', '.*', true],
    ['GREATER', '10', '9', true],
    ['GREATER', '9', '10', false],
    ['GREATER', 'a', '1', false],
    ['GREATER', '', '-1', false],
    ['GREATER_OR_EQUALS', 2, '2.0', true],
    ['LESS', '1.5', '1.6', true],
    ['LESS', undefined, '1', false],
    ['LESS_OR_EQUALS', '3', '2', false],
  ])('%s: %j and %j is %s, and its opposite is not', (operator, left, right, passed) => {
    expect(compare({operator, negate: false, ignoreCase: false}, left, right).passed).toBe(passed)
    expect(compare({operator, negate: true, ignoreCase: false}, left, right).passed).toBe(!passed)
  })

  test.each([
    ['EQUALS', 'Abc', 'aBC'],
    ['CONTAINS', 'xABCx', 'abc'],
    ['STARTS_WITH', 'ABC', 'ab'],
    ['ENDS_WITH', 'ABC', 'bc'],
    ['MATCH_REGEX', 'ABC', '^a.c$'],
  ])('%s can ignore the case of letters', (operator, left, right) => {
    expect(compare({operator, negate: false, ignoreCase: true}, left, right).passed).toBe(true)
    expect(compare({operator, negate: false, ignoreCase: false}, left, right).passed).toBe(false)
  })

  test.each([
    ['CSS_SELECTOR', '.a', 'CSS_SELECTOR is no condition of a server container'],
    ['toString', '', 'toString is no condition of a server container'],
    ['MATCH_REGEX', '(', 'RE2 refuses this pattern'],
    ['MATCH_REGEX', '(a)\\1', 'RE2 refuses this pattern'],
  ])('%s with %j cannot be decided: it does not pass, nor does its opposite', (operator, right, problem) => {
    for (const negate of [true, false]) {
      expect(compare({operator, negate, ignoreCase: false}, 'x', right)).toMatchObject({passed: false, problem})
    }
  })
})

const trigger = (triggerId: string, type: string, conditions: Record<string, unknown>) => ({
  triggerId,
  name: `trigger ${triggerId}`,
  type,
  ...conditions,
})
const onEvent = (triggerId: string, name: string, filter: readonly unknown[] = []) =>
  trigger(triggerId, 'CUSTOM_EVENT', {customEventFilter: [condition('EQUALS', '{{_event}}', name)], filter})
const value = {variableId: '1', name: 'value', type: 'ed', parameter: parameters({keyPath: 'value'})}

/** Which log tags fired for an event; each logs its own name. */
async function fired(version: Record<string, unknown>, event: Record<string, unknown>): Promise<readonly unknown[]> {
  await using served = await serveExport(makeExport({variable: [value], ...version}))
  expect((await served.send([event])).status).toBe(200)
  return served.texts()
}

describe('triggers', () => {
  test('of a custom event hold for that event, and for all further conditions', async () => {
    const version = {
      trigger: [onEvent('5', 'buy', [condition('GREATER', '{{value}}', '10'), condition('LESS', '{{value}}', '20')])],
      tag: [logging('1', 'fired', {firingTriggerId: ['5']})],
    }
    expect(await fired(version, {event_name: 'buy', value: 15})).toEqual(['fired'])
    expect(await fired(version, {event_name: 'buy', value: 25})).toEqual([])
    expect(await fired(version, {event_name: 'look', value: 15})).toEqual([])
  })

  test('of type ALWAYS hold for every event, unless a condition does not', async () => {
    const version = {
      trigger: [trigger('5', 'ALWAYS', {}), trigger('6', 'ALWAYS', {filter: [condition('EQUALS', '{{value}}', '1')]})],
      tag: [logging('1', 'all', {firingTriggerId: ['5']}), logging('2', 'some', {firingTriggerId: ['6']})],
    }
    expect(await fired(version, {event_name: 'x', value: 1})).toEqual(['all', 'some'])
    expect(await fired(version, {value: 2})).toEqual(['all'])
  })

  test('one of several is enough; a blocking one that holds wins; negated conditions are turned round', async () => {
    const version = {
      trigger: [
        onEvent('5', 'buy'),
        onEvent('6', 'look'),
        trigger('7', 'ALWAYS', {filter: [condition('EQUALS', '{{value}}', '1', {negate: true})]}),
      ],
      tag: [logging('1', 'fired', {firingTriggerId: ['5', '6'], blockingTriggerId: ['7']})],
    }
    expect(await fired(version, {event_name: 'look', value: 1})).toEqual(['fired'])
    expect(await fired(version, {event_name: 'look', value: 2})).toEqual([])
  })

  test('that GTM has built in hold for every event; those that do not exist, and of web containers, never', async () => {
    const version = {
      trigger: [trigger('5', 'PAGEVIEW', {})],
      tag: ['2147479574', '2147479553', '99', '5'].map((id, index) =>
        logging(String(index), id, {firingTriggerId: [id]}),
      ),
    }
    expect(await fired(version, {event_name: 'x'})).toEqual(['2147479574', '2147479553'])
  })

  test('say on the log which condition decided, with both sides', async () => {
    const version = {
      trigger: [onEvent('5', 'buy', [condition('GREATER', '{{value}}', '10'), condition('LESS', '{{value}}', '0')])],
      tag: [logging('1', 'fired', {firingTriggerId: ['5']})],
      variable: [value],
    }
    await using served = await serveExport(makeExport(version))
    await served.send([{event_name: 'buy', value: 7}])
    expect(served.settled('trigger.settled')).toMatchObject([
      {
        trigger: 'trigger 5',
        holds: false,
        conditions: [
          {left: '{{_event}}', operator: 'equals', right: 'buy', value: 'buy', passed: true},
          {left: '{{value}}', operator: 'is greater than', right: '10', value: '7', passed: false},
        ],
      },
    ])
    expect(served.settled('tag.settled')).toMatchObject([
      {tag: 'tag 1', outcome: 'not_triggered', because: '"trigger 5" does not hold'},
    ])
  })
})
