import type {RunEvent} from '#runtime/kernel/events.ts'
import {known, late, stranger, tellRequest} from './requests.ts'
import {createTeller, tellStart} from './story.ts'

/** A run where everything is as expected, with a message that had to be delivered twice. */
export function tellPassed(): readonly RunEvent[] {
  const teller = createTeller()
  tellStart(teller, true)
  for (const story of [known, stranger, late]) tellRequest(teller, story)
  teller.at(1345)({
    type: 'log.line',
    source: 'worker',
    level: 'warn',
    text: 'Firestore was unavailable',
    trace: late.trace,
  })
  teller.at(1350)({
    type: 'check.settled',
    scenario: 'visitor',
    step: 'by-cookie',
    check: 'GET and POST are answered alike',
    passed: true,
  })
  for (const stage of ['sgtm', 'functions', 'engine'] as const) teller.at(1360)({type: 'stage.stopped', stage})
  teller.at(1400)({type: 'run.ended', passed: 8, failed: 0, durationMs: 1400, exit: 0})
  return teller.events
}

/** A run with failed checks and everything in texts that a report has to escape. */
export function tellFailed(): readonly RunEvent[] {
  const teller = createTeller()
  tellStart(teller, false)
  tellRequest(teller, {
    ...known,
    title: 'A visitor <known> by "cookie" & more',
    checks: [
      {check: 'answer has HTTP status 200', expected: '200', actual: '200'},
      {check: 'answer has status found', expected: 'found', actual: 'not_found', passed: false},
      {
        check: 'answer has the attribute favouriteBrand',
        expected: '"Äpfel & <Söhne>"',
        actual: '"a\u001b[31mred\u0000 line\nbreak, 100% \ud83c\udf4e"',
        passed: false,
      },
    ],
  })
  tellRequest(teller, stranger)
  teller.at(1100)({type: 'log.line', source: 'lookup', level: 'error', text: 'an id was refused'})
  teller.at(1200)({type: 'run.ended', passed: 2, failed: 2, durationMs: 1200, exit: 1})
  return teller.events
}

/** A run that could not begin. */
export function tellStopped(): readonly RunEvent[] {
  const teller = createTeller()
  teller.at(0)({type: 'log.opened', version: 1, stitch: '0.1.0'})
  teller.at(0)({type: 'run.started', command: 'simulate', engine: 'gcloud', async: false, scenarios: []})
  teller.at(5)({type: 'stage.starting', stage: 'engine'})
  teller.at(40)({
    type: 'run.ended',
    passed: 0,
    failed: 0,
    durationMs: 40,
    exit: 3,
    error: {
      code: 'STITCH_ENGINE_MISSING',
      message: 'The Google Cloud CLI is not installed, so its emulators were not started.',
      hints: ['stitch simulate --engine embedded', 'stitch doctor'],
    },
  })
  return teller.events
}
