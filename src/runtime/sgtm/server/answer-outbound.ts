import {setTimeout as sleep} from 'node:timers/promises'
import type {Agent} from 'undici'
import type {OutboundAnswer, OutboundFailure, OutboundRequest} from '../apis/api.ts'
import type {OutboundRule} from '../types.ts'
import {targetOf} from './outbound-rules.ts'
import type {Recordings} from './recordings.ts'
import {sendForReal} from './send-outbound.ts'
import type {SendFailure} from './send-outbound.ts'

type Means = {readonly agent: Agent; readonly recordings: Recordings; readonly signal: AbortSignal}

/** Answers a request as its rule says; without one with 204. Rejects with a {@link SendFailure}. */
export async function answerOutbound(
  rule: OutboundRule | undefined,
  request: OutboundRequest,
  means: Means,
): Promise<OutboundAnswer> {
  switch (rule?.action) {
    case undefined:
      return {statusCode: 204, headers: {}, body: ''}
    case 'forward':
    case 'record':
      return await pass(rule, request, means)
    case 'replay':
      return await replay(rule, request, means)
    case 'fail':
      return fail(rule.reason, `the rule for ${rule.url} says so`)
    case 'answer': {
      const late = (rule.delayMs ?? 0) > request.timeoutMs
      await wait(Math.min(rule.delayMs ?? 0, request.timeoutMs), means.signal)
      if (late) return fail('timed_out', `no answer within ${request.timeoutMs} ms`)
      return {statusCode: rule.status, headers: rule.headers ?? {}, body: rule.body ?? ''}
    }
    default:
      return rule satisfies never
  }
}

async function pass(
  rule: OutboundRule & {readonly action: 'forward' | 'record'},
  request: OutboundRequest,
  {agent, recordings, signal}: Means,
): Promise<OutboundAnswer> {
  const url = targetOf(rule, request.url)
  if (url === undefined)
    return fail('failed', `the rule for ${rule.url} leads away from this machine, for which it needs "remote": true`)
  const answer = await sendForReal(agent, {...request, url}, signal)
  if (rule.action === 'record') {
    await recordings.keep(rule.file, request, answer).catch((error: unknown) => fail('failed', messageOf(error)))
  }
  return answer
}

async function replay(
  rule: OutboundRule & {readonly action: 'replay'},
  request: OutboundRequest,
  {recordings}: Means,
): Promise<OutboundAnswer> {
  const found = await recordings
    .find(rule.file, request, rule.match ?? 'exact')
    .catch((error: unknown) => fail('failed', messageOf(error)))
  return found ?? fail('failed', `there is no recording of ${request.method} ${request.url} in ${rule.file}`)
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return
  await sleep(ms, undefined, {signal}).catch(() => fail('failed', 'the container was closed'))
}

function fail(reason: OutboundFailure['reason'], detail: string): never {
  const failure: SendFailure = {reason, detail}
  // Templates and their host both know a failure by its reason, not by a class.
  // eslint-disable-next-line typescript/only-throw-error
  throw failure
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
