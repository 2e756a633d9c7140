import {describe, expect, test} from 'vitest'
import {planDeploy} from '#runtime/deploy/plan/plan.ts'
import {planDocument, showPlan} from '#runtime/deploy/plan/show-plan.ts'
import type {Surplus} from '#runtime/deploy/plan/types.ts'
import type {Spec} from '#runtime/deploy/specs.ts'
import {memoryKinds, outputs, target, topic} from './kinds.ts'

const context = {outputs, stage: undefined, adopt: []}
const {compareSpec} = memoryKinds(new Map())

function plan(desired: readonly Spec[], live: Readonly<Record<string, string>>, surplus: readonly Surplus[] = []) {
  return planDeploy({target, desired, live: new Map(Object.entries(live)), surplus, context, compareSpec})
}

function surplus(spec: Spec): Surplus {
  return {spec, region: target.region, live: 'here'}
}

const secret = (secretId: string): Spec => ({
  type: 'secret',
  id: `secret/${secretId}`,
  secretId,
  labels: {},
  content: 'pepper',
  why: 'is wanted',
})

describe('a plan', () => {
  test('creates what is not there, updates what differs, and leaves what is as wanted', () => {
    const {changes, summary} = plan([topic('new'), topic('old'), topic('right')], {
      'topic/old': 'other',
      'topic/right': 'here',
    })
    expect(changes.map(({symbol, id, reasons}) => ({symbol, id, reasons}))).toEqual([
      {symbol: '+', id: 'topic/new', reasons: []},
      {symbol: '~', id: 'topic/old', reasons: ['value other -> here']},
      {symbol: '=', id: 'topic/right', reasons: []},
    ])
    expect(summary).toEqual({create: 1, update: 1, delete: 0, same: 1})
  })

  test('is stopped by what somebody else made, and by what cannot be changed', () => {
    const {blocked} = plan([topic('theirs'), topic('far')], {'topic/theirs': 'foreign', 'topic/far': 'stuck'})
    expect(blocked).toEqual([
      {
        id: 'topic/theirs',
        title: 'topic theirs',
        code: 'STITCH_FOREIGN_RESOURCE',
        reason: 'somebody else made it',
        hints: [
          'stitch deploy --adopt topic/theirs   (takes it over; a destroy gives it back)',
          'stitch deploy --stage NAME   (a stage has names of its own)',
        ],
      },
      {id: 'topic/far', title: 'topic far', code: 'STITCH_LOCATION', reason: 'it is elsewhere', hints: ['move it']},
    ])
  })

  test('removes what is no longer part of the stage last, users before what they use, and keeps secrets', () => {
    const {changes, kept} = plan([topic('right')], {'topic/right': 'here'}, [
      surplus(secret('old-pepper')),
      surplus(topic('first')),
      surplus(topic('second')),
    ])
    expect(changes.map(({symbol, id}) => `${symbol} ${id}`)).toEqual([
      '= topic/right',
      '- topic/second',
      '- topic/first',
    ])
    expect(kept.map(({id}) => id)).toEqual(['secret/old-pepper'])
  })
})

const words = {of: 'deploy', sha256: 'ab'.repeat(32), verified: true} as const

describe('a shown plan', () => {
  test('has groups, reasons, notes and a summary, and folds what stays', () => {
    const shown = showPlan(
      plan([topic('new'), topic('old'), topic('right')], {'topic/old': 'x', 'topic/right': 'here'}),
      {
        ...words,
        color: false,
        verbose: false,
      },
    )
    expect(shown).toBe(`Plan: deploy in my-project, us-central1
Bundle: sha256 abababababab, simulated with this configuration

Queue
  + topic new                           new is wanted
      costs       a little
  ~ topic old
      value x -> here

= 1 unchanged

1 to create, 1 to update, 0 to delete, 1 unchanged.
`)
  })

  test('without changes is one sentence', () => {
    const shown = showPlan(plan([topic('right')], {'topic/right': 'here'}), {...words, color: false, verbose: false})
    expect(shown.split('\n').at(-2)).toBe('Nothing to do: 1 unchanged.')
  })

  test('lists what stays when asked to', () => {
    const shown = showPlan(plan([topic('right')], {'topic/right': 'here'}), {...words, color: false, verbose: true})
    expect(shown).toContain('  = topic right                         right is wanted\n')
  })

  test('is at most 80 columns wide where words allow it', () => {
    const wordy = {...topic('t'.repeat(50)), why: 'because '.repeat(40).trim()}
    const shown = showPlan(plan([wordy, topic('u')], {'topic/u': 'long '.repeat(40).trim()}), {
      ...words,
      color: false,
      verbose: true,
    })
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('for programs has no spec and no live state in it', () => {
    const document = planDocument(plan([topic('new')], {}, [surplus(topic('gone'))]), words)
    expect(document).toEqual({
      version: 1,
      of: 'deploy',
      project: 'my-project',
      region: 'us-central1',
      stage: 'default',
      sha256: 'ab'.repeat(32),
      verified: true,
      summary: {create: 1, update: 0, delete: 1, same: 0},
      changes: [
        {
          symbol: '+',
          id: 'topic/new',
          type: 'topic',
          title: 'topic new',
          why: 'new is wanted',
          reasons: [],
          notes: [{kind: 'cost', text: 'a little'}],
        },
        {
          symbol: '-',
          id: 'topic/gone',
          type: 'topic',
          title: 'topic gone',
          why: 'no longer part of this stage',
          reasons: [],
          notes: [],
        },
      ],
      blocked: [],
      kept: [],
    })
  })
})
