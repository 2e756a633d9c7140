import {spentOn} from '#runtime/trace/request-lines.ts'
import {allChecks, methodOf} from '#runtime/trace/fold.ts'
import type {CheckView, RequestView, RunView} from '#runtime/trace/view.ts'
import {foldAll} from './fold-all.ts'
import type {Reporter} from './reporter.ts'
import {element, escapeXml} from './xml.ts'

/** A test case before it is written. `error` is trouble of the run itself, `failure` an expectation that was not met. */
type Case = {
  readonly scenario: string
  readonly step: string
  readonly name: string
  readonly at?: CheckView['at']
  readonly failure?: {readonly message: string; readonly text: string}
  readonly error?: {readonly code: string; readonly message: string}
}

/** A step may be sent as GET and as POST, with the same expectations: the method tells their test cases apart. */
function caseOfCheck(check: CheckView, view: RunView): Case {
  const {scenario, step, at} = check
  const method = methodOf(check, view)
  const place = {scenario, step, name: method === undefined ? check.check : `${method}: ${check.check}`, at}
  if (check.passed) return place
  const sides = `expected: ${check.expected ?? 'nothing'}\nactual:   ${check.actual ?? 'nothing'}`
  return {...place, failure: {message: `${check.check}: got ${check.actual ?? 'nothing'}`, text: sides}}
}

function casesOf(view: RunView): readonly Case[] {
  const errored = [...view.requests].filter((request) => request.error !== undefined)
  return [
    ...allChecks(view).map((check) => caseOfCheck(check, view)),
    ...errored.map(({scenario, step, error = ''}) => {
      return {scenario, step, name: 'request is answered', error: {code: 'request', message: error}}
    }),
    ...(view.verdict?.error
      ? [{scenario: 'run', step: 'run', name: 'run ends by itself', error: view.verdict.error}]
      : []),
  ]
}

function writeCase({scenario, step, name, at, failure, error}: Case): string {
  const attributes = {classname: `${scenario}.${step}`, name, file: at?.file, line: at?.line}
  const outcome = [
    ...(failure
      ? [element('failure', {message: failure.message, type: 'expectation'}, [escapeXml(failure.text)])]
      : []),
    ...(error ? [element('error', {message: error.message, type: error.code})] : []),
  ]
  return element('testcase', attributes, outcome)
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function writeSuite(name: string, cases: readonly Case[], view: RunView, requests: readonly RequestView[]): string {
  const {head} = view
  const title = head?.scenarios.find(({id}) => id === name)?.title
  const properties = {engine: head?.engine, bundle: head?.bundle?.sha256, title}
  const known = Object.entries(properties).filter(([, value]) => value !== undefined)
  const attributes = {
    name,
    tests: cases.length,
    failures: cases.filter((one) => one.failure).length,
    errors: cases.filter((one) => one.error).length,
    time: seconds(requests.reduce((sum, request) => sum + spentOn(request), 0)),
    timestamp: new Date(view.startedAt ?? 0).toISOString(),
  }
  return element('testsuite', attributes, [
    element(
      'properties',
      {},
      known.map(([key, value]) => element('property', {name: key, value})),
    ),
    ...cases.map(writeCase),
  ])
}

/** The run as JUnit XML: a suite per scenario and a test case per expectation. */
export function toJunit(view: RunView): string {
  const cases = casesOf(view)
  const suites = [...Map.groupBy(cases, (one) => one.scenario)].map(([name, own]) => {
    return writeSuite(
      name,
      own,
      view,
      [...view.requests].filter((request) => request.scenario === name),
    )
  })
  const attributes = {
    name: 'stitch',
    tests: cases.length,
    failures: cases.filter((one) => one.failure).length,
    errors: cases.filter((one) => one.error).length,
    time: seconds(view.verdict?.durationMs ?? 0),
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites)}\n`
}

/** JUnit XML once the run is over. */
export const reportJunit: Reporter = async function* (events) {
  yield toJunit(await foldAll(events))
}
