import {describe, expect, it} from 'vitest'
import {reportGithub, reportGithubSummary} from '#runtime/report/github.ts'
import {reportJson} from '#runtime/report/json.ts'
import {reportJunit} from '#runtime/report/junit.ts'
import {escapeXml} from '#runtime/report/xml.ts'
import {tellFailed, tellPassed, tellStopped} from '../goldens/runs.ts'
import {collect} from './collect.ts'

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

describe('the JUnit report', () => {
  it('has a test case per expectation and says what failed', async () => {
    const text = await collect(reportJunit, tellFailed())
    expect(count(text, /<testcase /g)).toBe(4)
    expect(count(text, /<failure /g)).toBe(2)
    expect(text).toContain('<testsuites name="stitch" tests="4" failures="2" errors="0"')
    expect(text).toContain('<property name="bundle" value="3f2a91c0')
  })

  it('has an error where the run was stopped', async () => {
    expect(await collect(reportJunit, tellStopped())).toContain('type="STITCH_ENGINE_MISSING"')
  })

  it('opens and closes its elements in order', async () => {
    for (const events of [tellPassed(), tellFailed(), tellStopped()]) {
      const open: string[] = []
      for (const [, slash, name = '', rest = ''] of (await collect(reportJunit, events)).matchAll(
        /<(\/?)([a-z]+)((?:"[^"<]*"|[^">])*)>/g,
      )) {
        if (slash) expect(open.pop()).toBe(name)
        else if (!rest.endsWith('/')) open.push(name)
      }
      expect(open).toEqual([])
    }
  })

  it.each([
    ['a & <b> "c"', 'a &amp; &lt;b&gt; &quot;c&quot;'],
    ['\u0000\u001b[31m\u0085', '\\u0000\\u001b[31m\\u0085'],
    ['\ud800x \ud83c\udf4e', '\\ud800x \ud83c\udf4e'],
    ['\uffff', '\\uffff'],
    ['a\tb\nc\rd', 'a&#9;b&#10;c&#13;d'],
  ])('writes %j so that XML can hold it', (text, escaped) => expect(escapeXml(text)).toBe(escaped))
})

describe('the JSON report', () => {
  it('is one document with the verdict, the hops and the checks', async () => {
    const summary = JSON.parse(await collect(reportJson, tellPassed())) as {requests: {hops: {name: string}[]}[]}
    expect(summary).toMatchObject({version: 1, verdict: 'passed', exit: 0, checks: {passed: 8, failed: 0}})
    expect(summary.requests[2]?.hops.map((hop) => hop.name)).toContain('wait in Pub/Sub')
  })

  it.each([
    [tellFailed(), 'failed'],
    [tellStopped(), 'stopped'],
    [tellPassed().slice(0, -1), 'unfinished'],
  ])('knows how the run ended (%#)', async (events, verdict) => {
    expect(JSON.parse(await collect(reportJson, events))).toMatchObject({verdict})
  })
})

describe('the GitHub report', () => {
  it('says nothing where all is well', async () => expect(await collect(reportGithub, tellPassed())).toBe(''))

  it('has a line per failed check that no value can break', async () => {
    const text = await collect(reportGithub, tellFailed())
    expect(text.trimEnd().split('\n')).toHaveLength(2)
    expect(text).toContain('::error file=fixtures/scenarios/visitor.json,line=14,col=7,title=')
    expect(text).toContain('100%25')
    expect(text).not.toContain('\u001b')
  })

  it('has a summary whose tables no value can break', async () => {
    const rows = (await collect(reportGithubSummary, tellFailed())).split('\n').filter((line) => line.startsWith('|'))
    const cells = rows.map((row) => count(row, /(?<!\\)\|/g))
    expect(new Set(cells.slice(0, 4))).toEqual(new Set([8]))
    expect(new Set(cells.slice(4))).toEqual(new Set([5]))
  })
})
