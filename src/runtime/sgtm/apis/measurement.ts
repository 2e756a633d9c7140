import type {Api, ApiContext, IncomingRequest} from './api.ts'
import {extractMpv1, isMpv1} from './measurement/extract-v1.ts'
import {extractMpv2, isMpv2} from './measurement/extract-v2.ts'

/** Google Analytics' Measurement Protocol: telling its requests, and reading their events. */
export const measurementApis: readonly Api[] = [
  {
    name: 'isRequestMpv1',
    create:
      ({exchange}) =>
      () =>
        isMpv1(exchange.request),
  },
  {
    name: 'isRequestMpv2',
    create:
      ({exchange}) =>
      () =>
        isMpv2(exchange.request),
  },
  {name: 'extractEventsFromMpv1', create: (context) => () => extract('extractEventsFromMpv1', context, extractMpv1)},
  {
    name: 'extractEventsFromMpv2',
    create: (context) => () =>
      extract('extractEventsFromMpv2', context, (request) => extractMpv2(request, context.now())),
  },
]

/** Events tell of address and body alike, so both must be declared. */
function extract(
  api: string,
  {exchange: {request}, demand}: ApiContext,
  read: (request: IncomingRequest) => unknown,
): unknown {
  demand(api, {permission: 'read_request', part: 'query'})
  if (request.body) demand(api, {permission: 'read_request', part: 'body'})
  try {
    return read(request)
  } catch (error) {
    throw new Error(`${api}: ${(error as Error).message}`, {cause: error})
  }
}
