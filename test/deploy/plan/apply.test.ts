import {describe, expect, test} from 'vitest'
import {applyPlan, executeKinds} from '#runtime/deploy/plan/apply.ts'
import type {ApplyOptions} from '#runtime/deploy/plan/apply-context.ts'
import {planDeploy} from '#runtime/deploy/plan/plan.ts'
import type {DeployEvent, Surplus} from '#runtime/deploy/plan/types.ts'
import type {Spec} from '#runtime/deploy/specs.ts'
import {interrupted, StitchError} from '#runtime/kernel/errors.ts'
import {apiError, memoryKinds, outputs, target, topic} from './kinds.ts'

type Failure = Parameters<typeof memoryKinds>[1]

function prepare(
  desired: readonly Spec[],
  start: Readonly<Record<string, string>>,
  {fail, surplus = []}: {fail?: Failure; surplus?: readonly Surplus[]} = {},
) {
  const cloud = new Map(Object.entries(start))
  const kinds = memoryKinds(cloud, fail)
  const events: DeployEvent[] = []
  const waits: number[] = []
  const controller = new AbortController()
  let now = 0
  const context = {outputs, stage: undefined, adopt: []}
  const live = new Map(cloud)
  const options: ApplyOptions = {
    plan: planDeploy({target, desired, live, surplus, context, compareSpec: kinds.compareSpec}),
    desired,
    live,
    reading: {api: undefined as never, target, projectNumber: '123'},
    stage: undefined,
    adopt: [],
    outputsOf: () => outputs,
    kinds,
    executor: executeKinds(kinds),
    clock: {
      now: () => now,
      sleep: async (ms) => {
        waits.push(ms)
        now += ms
      },
    },
    random: (bytes) => Buffer.alloc(bytes),
    emit: (event) => events.push(event),
    signal: controller.signal,
    explain: (error, doing) =>
      error instanceof StitchError
        ? error
        : new StitchError(`It was refused, so ${doing}.`, {code: 'STITCH_REFUSED', exit: 'deploy', cause: error}),
    again: 'stitch deploy',
  }
  return {options, cloud, kinds, events, waits, controller}
}

describe('carrying a plan out', () => {
  test('changes what differs in order, reads it back, and leaves the rest alone', async () => {
    const {options, cloud, kinds, events} = prepare([topic('a'), topic('b'), topic('c')], {
      'topic/b': 'here',
      'topic/c': 'other',
    })
    await applyPlan(options)
    expect(Object.fromEntries(cloud)).toEqual({'topic/a': 'here', 'topic/b': 'here', 'topic/c': 'here'})
    expect(kinds.calls).toEqual(['apply topic/a', 'read topic/a', 'apply topic/c', 'read topic/c'])
    expect(events.map((event) => (event.type === 'phase' ? event.text : `${event.type} ${event.id}`))).toEqual([
      'step.started topic/a',
      'step.progress topic/a',
      'step.done topic/a',
      'step.started topic/c',
      'step.progress topic/c',
      'step.done topic/c',
    ])
  })

  test('removes at the end, and what is gone already is as good', async () => {
    const gone = {spec: topic('gone'), region: target.region, live: 'here'}
    const {options, cloud, kinds} = prepare(
      [topic('a')],
      {'topic/gone': 'here'},
      {
        surplus: [gone],
        fail: (spec) => (spec.id === 'topic/gone' ? {error: apiError(503, {isUnclear: true}), made: true} : undefined),
      },
    )
    await applyPlan(options)
    expect(Object.fromEntries(cloud)).toEqual({'topic/a': 'here'})
    expect(kinds.calls.slice(2)).toEqual(['remove topic/gone', 'read topic/gone'])
  })

  test.each([
    {what: 'an answer that was lost after the change', error: apiError(0, {isUnclear: true}), made: true, applies: 1},
    {what: 'an answer that was lost before the change', error: apiError(0, {isUnclear: true}), made: false, applies: 2},
    {what: 'a conflict', error: apiError(409, {reason: 'ABORTED'}), made: false, applies: 2},
    {what: 'an etag that has passed', error: apiError(412), made: false, applies: 2},
    {
      what: 'an account that is not known yet',
      error: apiError(400, {message: 'Service account x@y does not exist.'}),
      made: false,
      applies: 2,
    },
  ])('looks again after $what', async ({error, made, applies}) => {
    const {options, cloud, kinds, waits} = prepare(
      [topic('a')],
      {},
      {
        fail: (_, count) => (count === 1 ? {error, made} : undefined),
      },
    )
    await applyPlan(options)
    expect(cloud.get('topic/a')).toBe('here')
    expect(kinds.calls.filter((call) => call.startsWith('apply'))).toHaveLength(applies)
    expect(waits).toEqual([1000])
  })

  test('gives up after four looks', async () => {
    const {options, kinds} = prepare([topic('a')], {}, {fail: () => ({error: apiError(409), made: false})})
    await expect(applyPlan(options)).rejects.toThrow('It was refused, so the topic a was not deployed.')
    expect(kinds.calls.filter((call) => call.startsWith('apply'))).toHaveLength(4)
  })

  test('stops at once at what looking again does not heal, and says how to go on', async () => {
    const {options, events, kinds} = prepare(
      [topic('a'), topic('b'), topic('c')],
      {},
      {
        fail: (spec) => (spec.id === 'topic/b' ? {error: apiError(403), made: false} : undefined),
      },
    )
    const error = (await applyPlan(options).catch((thrown: unknown) => thrown)) as StitchError
    expect(error).toMatchObject({code: 'STITCH_REFUSED', exit: 'deploy'})
    expect(error.hints).toEqual(['stitch deploy   (goes on from there: 1 of 3 changes are made)'])
    expect(kinds.calls).not.toContain('apply topic/c')
    expect(events.at(-1)).toMatchObject({type: 'step.failed', id: 'topic/b'})
  })

  test('stops where somebody else was faster', async () => {
    const {options} = prepare([topic('a')], {}, {fail: () => ({error: apiError(409), made: false})})
    const raced = {...options, kinds: {...options.kinds, readSpec: async () => 'foreign'}}
    await expect(applyPlan(raced)).rejects.toMatchObject({code: 'STITCH_FOREIGN_RESOURCE', exit: 'deploy'})
  })

  test('says what differs no matter how often it is changed', async () => {
    const {options} = prepare([topic('a')], {})
    const stubborn = {...options, kinds: {...options.kinds, readSpec: async () => 'other'}}
    await expect(applyPlan(stubborn)).rejects.toMatchObject({code: 'STITCH_NOT_CONVERGED'})
  })

  test('interrupted, says what was made and that deploying again goes on', async () => {
    const {options, controller, kinds} = prepare([topic('a'), topic('b')], {})
    const stopping = {
      ...options,
      kinds: {
        ...options.kinds,
        readSpec: async () => {
          controller.abort(interrupted('SIGINT'))
          return 'here'
        },
      },
    }
    const error = (await applyPlan(stopping).catch((thrown: unknown) => thrown)) as StitchError
    expect(error).toMatchObject({code: 'STITCH_INTERRUPTED', exit: 'interrupted'})
    expect(error.message).toBe('It was interrupted after 1 of 2 changes, so the others were not made.')
    expect(error.hints[1]).toBe('made: topic a')
    expect(kinds.calls).toEqual(['apply topic/a'])
  })

  test('builds both functions at once', async () => {
    const functions = ['lookup', 'worker'].map((name) => ({type: 'function', id: `function/${name}`, why: ''}) as Spec)
    const {options} = prepare(functions, {})
    const together: string[][] = []
    await applyPlan({
      ...options,
      executor: async (changes, context) => {
        together.push(changes.map(({spec}) => spec.id))
        await options.executor(changes, context)
      },
    })
    expect(together).toEqual([['function/lookup', 'function/worker']])
  })
})
