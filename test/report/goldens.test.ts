import {describe, expect, it} from 'vitest'
import type {RunEvent} from '#runtime/kernel/events.ts'
import {reportGithub, reportGithubSummary} from '#runtime/report/github.ts'
import {reportHtml} from '#runtime/report/html.ts'
import {reportJson} from '#runtime/report/json.ts'
import {reportJunit} from '#runtime/report/junit.ts'
import {reportNdjson} from '#runtime/report/ndjson.ts'
import {renderTrace} from '#runtime/report/render-trace.ts'
import type {Reporter} from '#runtime/report/reporter.ts'
import {reportText} from '#runtime/report/text.ts'
import {readLog} from '#runtime/trace/read-log.ts'
import {tellFailed, tellPassed, tellStopped} from '../goldens/runs.ts'
import {collect, streamOf} from './collect.ts'

const golden = (name: string): string => new URL(`../goldens/${name}`, import.meta.url).pathname

const runs: readonly [string, () => readonly RunEvent[]][] = [
  ['passed', tellPassed],
  ['failed', tellFailed],
  ['stopped', tellStopped],
]
const reporters: readonly [string, Reporter][] = [
  ['txt', reportText],
  ['json', reportJson],
  ['xml', reportJunit],
  ['html', reportHtml],
  ['github.txt', reportGithub],
  ['github.md', reportGithubSummary],
]

describe.each(runs)('the run that %s', (name, tell) => {
  it('is recorded as it was told', async () => {
    await expect(await collect(reportNdjson, tell())).toMatchFileSnapshot(golden(`${name}.ndjson`))
  })

  it.each(reporters)('is reported as %s from its recording', async (extension, reporter) => {
    const {events} = await readLog(golden(`${name}.ndjson`))
    await expect(await collect(reporter, events)).toMatchFileSnapshot(golden(`${name}.${extension}`))
  })

  it('is drawn whole by trace show, and shorter for one request', async () => {
    const {events} = await readLog(golden(`${name}.ndjson`))
    await expect(renderTrace(events)).toMatchFileSnapshot(golden(`${name}.trace.txt`))
    expect(renderTrace(events, {only: 'nobody knows'}).length).toBeLessThanOrEqual(renderTrace(events).length)
  })
})

it('yields line by line what the whole says at once', async () => {
  const pieces: string[] = []
  for await (const text of reportText(streamOf(tellPassed()))) pieces.push(text)
  expect(pieces.length).toBeGreaterThan(5)
  expect(pieces.every((text) => text.endsWith('\n'))).toBe(true)
})
