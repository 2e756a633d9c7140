import {expect, test} from 'vitest'
import {parseFilter} from './filter.ts'

const entry = {
  resource: {type: 'cloud_run_revision', labels: {service_name: 'stitch-lookup'}},
  severity: 'WARNING',
  timestamp: '2026-11-24T10:00:00.500Z',
  trace: 'projects/p/traces/abc',
  jsonPayload: {stitch: {hop: {lane: 'worker', ok: false}}},
  labels: {'managed-by': 'stitch'},
  userLabels: {stage: 'default'},
}

test.each([
  ['', true],
  ['resource.type="cloud_run_revision"', true],
  ['resource.type=cloud_run_revision AND severity>=WARNING', true],
  ['resource.type="cloud_run_revision" severity>=ERROR', false],
  ['resource.labels.service_name=("stitch-lookup" OR "stitch-worker")', true],
  ['resource.labels.service_name=("a" OR "b")', false],
  ['trace="projects/p/traces/abc"', true],
  ['timestamp>="2026-11-24T10:00:00Z" AND timestamp<"2026-11-24T10:00:00.6Z"', true],
  ['timestamp>"2026-11-24T10:00:00.500Z"', false],
  ['jsonPayload.stitch.hop.lane="worker"', true],
  ['jsonPayload.stitch.hop.ok=false', true],
  ['jsonPayload.stitch.hop:*', false],
  ['NOT severity="ERROR"', true],
  ['(severity="ERROR" OR severity="WARNING") AND trace:"abc"', true],
  ['labels.managed-by="stitch"', true],
  ['labels."managed-by"="stitch"', true],
  ['user_labels.stage="default"', true],
  ['missing!="x"', true],
  ['missing="x"', false],
])('%s is %s', (filter, expected) => {
  expect(parseFilter(filter)(entry)).toBe(expected)
})

test.each(['severity', 'severity>=', '(severity="A"', 'severity="A")', 'a "b"', '!'])(
  '%s is not understood',
  (filter) => {
    expect(() => parseFilter(filter)).toThrow('Unparseable filter')
  },
)
