import {describe, expect, test} from 'vitest'
import {planChildEnvironment} from '#runtime/functions/child-environment.ts'
import {createDeliveryCount, readDelivery} from '#runtime/functions/delivery.ts'
import {died, notStarted} from '#runtime/functions/failures.ts'
import {decideRestart} from '#runtime/functions/restart.ts'

describe('restart', () => {
  test.each([
    ['the first death is an accident', undefined, 'restart'],
    ['one much later is another accident', 5_000, 'restart'],
    ['one within seconds is none', 95_000, 'give-up'],
  ] as const)('%s', (_, previous, decision) => {
    expect(decideRestart(previous, 100_000)).toBe(decision)
  })
})

describe('environment of a function', () => {
  test('nothing of the person gets in but what a process needs', () => {
    const environment = planChildEnvironment(
      {PATH: '/bin', NODE_OPTIONS: '--inspect', HTTPS_PROXY: 'http://p', HOME: '/h'},
      {},
    )
    expect(environment).toMatchObject({PATH: '/bin', PORT: '0', TZ: 'UTC', NODE_ENV: 'production'})
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['NODE_OPTIONS']))
    expect(environment).not.toHaveProperty('HTTPS_PROXY')
    expect(environment).not.toHaveProperty('HOME')
  })

  test('what is given wins, except for the port', () => {
    expect(planChildEnvironment({}, {TZ: 'Asia/Tokyo', PORT: '8080'})).toMatchObject({TZ: 'Asia/Tokyo', PORT: '0'})
  })
})

describe('delivery', () => {
  const trace = 'a'.repeat(32)
  const push = (attributes?: Record<string, string>) =>
    Buffer.from(JSON.stringify({message: {messageId: '7', attributes}}))

  test('it continues the trace of the publisher and counts per message', () => {
    const count = createDeliveryCount()
    const body = push({traceparent: `00-${trace}-${'b'.repeat(16)}-01`})
    expect(readDelivery(body, undefined, count)).toMatchObject({trace, parent: 'b'.repeat(16), name: 'delivery 1'})
    expect(readDelivery(body, undefined, count)).toMatchObject({
      name: 'delivery 2',
      facts: {messageId: '7', attempt: 2},
    })
  })

  test('without the attribute it continues the request, and without both it begins a trace', () => {
    const count = createDeliveryCount()
    expect(readDelivery(push(), `00-${trace}-${'d'.repeat(16)}-01`, count)).toMatchObject({
      trace,
      parent: 'd'.repeat(16),
    })
    expect(readDelivery(push(), undefined, count)).toMatchObject({
      parent: undefined,
      trace: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test.each(['', 'no json', '{}', '{"message":{}}'])('%j is no delivery', (body) => {
    expect(readDelivery(Buffer.from(body), undefined, createDeliveryCount())).toBeUndefined()
  })

  test('only the newest messages are remembered', () => {
    const count = createDeliveryCount(2)
    for (const id of ['a', 'b', 'c']) count.next(id)
    expect([count.next('c'), count.next('b'), count.next('a')]).toEqual([2, 2, 1])
  })
})

describe('failures', () => {
  test('an end by itself is our bug, one from outside the machine', () => {
    const byItself = {code: 1, signal: null, lastWords: ['TypeError: x']}
    const killed = {code: null, signal: 'SIGKILL', lastWords: []}
    expect(died('lookup', byItself, undefined)).toMatchObject({exit: 'bug', hints: ['TypeError: x']})
    expect(died('lookup', killed, undefined)).toMatchObject({exit: 'environment', code: 'STITCH_FUNCTION_DIED'})
    expect(died('lookup', byItself, '/p/stitch.handlers.ts')).toMatchObject({exit: 'config'})
    expect(notStarted('worker', {afterMs: 5}, undefined)).toMatchObject({
      exit: 'environment',
      code: 'STITCH_FUNCTION_NOT_STARTED',
    })
  })

  test.each([
    {
      line: 'Detailed stack trace: HandlersFault: resolvers.offer is missing',
      why: 'resolvers.offer is missing',
    },
    {
      line: "TypeError: Cannot read properties of undefined (reading 'url')",
      why: "TypeError: Cannot read properties of undefined (reading 'url')",
    },
  ])('a file of the project that does not load is told with the reason: $line', ({line, why}) => {
    const death = {code: 1, signal: null, lastWords: ['Provided code is not a loadable module.', line, '    at x']}
    expect(notStarted('lookup', death, '/p/stitch.handlers.ts')).toMatchObject({
      code: 'STITCH_HANDLERS_INVALID',
      exit: 'config',
      message: `/p/stitch.handlers.ts cannot be used (${why}), so the function lookup was not started.`,
    })
    expect(notStarted('lookup', death, undefined)).toMatchObject({code: 'STITCH_FUNCTION_NOT_STARTED', exit: 'bug'})
  })
})
