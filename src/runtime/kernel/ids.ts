import {randomBytes} from 'node:crypto'

/** W3C Trace Context: 32 hex digits name the request, 16 hex digits the span that is the parent of what comes next. */
export type TraceContext = {readonly trace: string; readonly span: string}

/** 32 lower-case hex digits. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

/** 16 lower-case hex digits. */
export function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

/** The `traceparent` header value, version 00, sampled (https://www.w3.org/TR/trace-context/#traceparent-header). */
export function formatTraceparent({trace, span}: TraceContext): string {
  return `00-${trace}-${span}-01`
}

/** Reads a `traceparent`; undefined for anything malformed or all-zero, as the specification asks. */
export function parseTraceparent(value: string | undefined): TraceContext | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value ?? '')
  const [, trace, span] = match ?? []
  if (!trace || !span || /^0+$/.test(trace) || /^0+$/.test(span)) return undefined
  return {trace, span}
}
