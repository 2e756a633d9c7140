import type {Agent} from 'node:http'
import type {Child} from './child.ts'
import {firstOf} from './first-of.ts'
import {forward} from './forward.ts'
import type {ForwardedAnswer, ForwardedRequest} from './forward.ts'
import type {Slot} from './slot.ts'
import type {DeliveryEnd} from './types.ts'

/** Gives a request to whichever process answers for the function, and returns the answer. Never rejects. */
export type Ask = (request: ForwardedRequest) => Promise<ForwardedAnswer>

/** The timeout a function is deployed with by default; its own deadlines are far shorter. */
const ANSWER_WITHIN_MS = 60_000
const SUSPECT_FOR_MS = 500

/** @param waitMs how long a request waits for a process, in milliseconds. */
export function createAsk({agent, slot, waitMs}: {agent: Agent; slot: Slot; waitMs: number}): Ask {
  return async (request) => {
    for (;;) {
      const asked = await slot.lend(waitMs, async (child) => ({
        child,
        answer: await forward(agent, child.port, request, ANSWER_WITHIN_MS),
      }))
      if (!asked) return {error: 'no process of the function is ready', why: 'nobody'}
      if (isLastSign(asked.answer)) void suspect(slot, asked.child)
      if ('status' in asked.answer || asked.answer.why !== 'refused') return asked.answer
      // It has just died; the gate is shut when that is known, and then opens towards its successor.
      if (!(await firstOf(asked.child.ended, waitMs))) return asked.answer
    }
  }
}

/** The same, but for how it is to end. */
export function endingAs({http, when}: DeliveryEnd, ask: Ask): Ask {
  if (http === undefined) return ask
  return async (request) => {
    if (when === 'after') await ask(request)
    return {status: http, headers: {}, body: Buffer.alloc(0)}
  }
}

/** Whether an answer suggests that the process is ending; the framework marks those it gives in its last moment. */
function isLastSign(answer: ForwardedAnswer): boolean {
  return 'status' in answer ? answer.headers['x-google-status'] === 'crash' : answer.why === 'broken'
}

/** Keeps further requests from a process that is probably ending, until it has ended or proves to live on. */
async function suspect(slot: Slot, child: Child): Promise<void> {
  if (slot.current() !== child) return
  slot.hold()
  const death = await firstOf(child.ended, SUSPECT_FOR_MS)
  if (!death && slot.current() === child) slot.open(child)
}
