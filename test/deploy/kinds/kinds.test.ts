import {describe, expect, test} from 'vitest'
import {applySpec, compareSpec, readSpec, removeSpec} from '#runtime/deploy/kinds/kinds.ts'
import {isValidating, notValidating} from '../../fake-gcp/discovery.ts'
import {demoDesired} from '../desired/stage.ts'
import {applying, comparing} from './contexts.ts'

const specs = await demoDesired({alerts: {enabled: true, channels: []}})

describe('every resource of a stage', () => {
  test('is read without changing anything, and made where it is absent', async () => {
    for (const spec of specs) {
      const context = applying()
      await readSpec(spec, context)
      expect(context.api.writes()).toEqual([])
      expect(compareSpec(spec, undefined, comparing()).verdict).toBe('create')
    }
  })

  test('of a kind that is never taken away is left alone', async () => {
    const context = applying()
    for (const spec of specs.filter(({type}) => type === 'service' || type === 'database')) {
      await removeSpec(spec, {}, context)
    }
    expect(context.api.requests).toEqual([])
  })

  test.skipIf(!isValidating)(
    `is held to the discovery documents (${isValidating ? 'they are there' : notValidating})`,
    async () => {
      const context = applying()
      await context.api.call({api: 'pubsub', method: 'PUT', path: '/v1/projects/p/topics/t', body: {label: {}}})
      expect(context.api.problems).toHaveLength(1)
      await applySpec(specs[0]!, undefined, context)
      expect(context.api.problems).toHaveLength(1)
    },
  )
})
