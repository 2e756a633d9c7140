import {getDomain} from 'tldts'
import type {Api} from './api.ts'
import {toText} from '../text.ts'

/** Domains by the public suffix list, which comes with the package and so is that of its release. */
export const domainApis: readonly Api[] = [
  {
    name: 'computeEffectiveTldPlusOne',
    create: () => (domainOrUrl: unknown) =>
      domainOrUrl === undefined || domainOrUrl === null ? domainOrUrl : (siteOf(toText(domainOrUrl)) ?? ''),
  },
]

/**
 * The widest domain below a public suffix that a host or URL belongs to; undefined for addresses, single labels and
 * suffixes themselves. Private suffixes count: a browser takes no cookie for all of `run.app` either.
 */
export function siteOf(domainOrUrl: string): string | undefined {
  return getDomain(domainOrUrl, {allowPrivateDomains: true}) ?? undefined
}
