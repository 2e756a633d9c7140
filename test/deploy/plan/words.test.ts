import {describe, expect, test} from 'vitest'
import {finishedLines, liveLine} from '#cli/deploy-progress.ts'
import {pasteOf, showDeployed, targetArguments} from '#cli/deploy-words.ts'
import {target} from './kinds.ts'

const deployed = {
  lookupUrl: 'https://stitch-lookup-abc-uc.a.run.app',
  keyId: 'k1',
  hmacSecret: 'stitch-hmac-keys',
  hmacVersion: '3',
  release: '20261124T101500Z-ab12cd34',
}

describe('after a deployment', () => {
  test('what is pasted names the secret, and has no key in it', () => {
    const read = 'gcloud secrets versions access 3 --secret=stitch-hmac-keys --project=my-project'
    expect(pasteOf(deployed, {...target, stage: 'staging'})).toEqual({
      client: {'Function URL': deployed.lookupUrl, 'Key id': 'k1'},
      credentials: `printf '{"keys":%s}' "$(${read})" > stitch-credentials.json`,
      next: ['stitch verify --project my-project --stage staging', 'stitch seed --project my-project --stage staging'],
    })
  })

  test('the text has address, release, fields and next commands', () => {
    const lines = showDeployed(deployed, target).split('\n')
    expect(lines).toContain('Lookup: https://stitch-lookup-abc-uc.a.run.app')
    expect(lines).toContain('Release: 20261124T101500Z-ab12cd34')
    expect(lines).toContain('  Key id        k1')
    expect(lines).toContain('  stitch verify --project my-project')
  })

  test('a stage is named again as it was', () => {
    expect(targetArguments(target)).toBe(' --project my-project')
  })
})

describe('progress', () => {
  test('of finished changes stays as lines, and every log is told once', () => {
    const links = new Set<string>()
    const step = {at: 0, id: 'function/f', title: 'function f'}
    expect(finishedLines({...step, type: 'step.done', symbol: '+', durationMs: 61_250}, links)).toEqual([
      `+ function f${' '.repeat(39)}61.3 s`,
    ])
    const building = {...step, type: 'step.progress', text: 'building', link: 'https://log.example'} as const
    expect(finishedLines(building, links)).toEqual(['  function f, building: https://log.example'])
    expect(finishedLines(building, links)).toEqual([])
    expect(finishedLines({...step, type: 'step.failed'}, links)).toEqual(['x function f'])
  })

  test('of what runs is one line that fits', () => {
    const running = [
      {title: 'function stitch-lookup', at: 1000, text: 'building'},
      {title: 'function stitch-worker', at: 2000, text: ''},
    ]
    expect(liveLine(running, {index: 12, total: 31}, 35_000, 120)).toBe(
      '[12/31] function stitch-lookup: building, function stitch-worker  34.0 s',
    )
    expect(liveLine(running, {index: 12, total: 31}, 35_000, 40)).toHaveLength(39)
  })
})
