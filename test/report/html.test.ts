import {expect, test} from 'vitest'
import {escapeHtml, tag} from '#runtime/report/html-text.ts'
import {toHtml} from '#runtime/report/html.ts'
import {foldEvents} from '#runtime/trace/fold.ts'
import {tellFailed} from '../goldens/runs.ts'

test('text of a request never becomes markup, and control characters are shown', () => {
  expect(escapeHtml(`<script>"&'\u001b[0m\ud800`)).toBe('&lt;script&gt;&quot;&amp;&#39;\u241b[0m\ufffd')
  expect(tag('p', {title: '"><b>'}, 'x')).toBe('<p title="&quot;&gt;&lt;b&gt;">x</p>')
})

test('a title that is markup is text on the page', () => {
  const events = tellFailed().map((event) =>
    event.type === 'request.started' ? {...event, title: '<img src=x onerror=alert(1)>'} : event,
  )
  const page = toHtml(foldEvents(events))
  expect(page).not.toContain('<img')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
})

test('the page loads nothing: its policy forbids it, and no address is in a place that would be fetched', () => {
  const page = toHtml(foldEvents(tellFailed()))
  expect(page).toContain("default-src 'none'")
  expect(page).not.toMatch(/<(link|img|iframe|script src|object)/)
})
