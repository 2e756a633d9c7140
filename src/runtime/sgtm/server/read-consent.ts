type Event = Readonly<Record<string, unknown>>

/** Place of a kind of consent in the text that Google's tags send along, `G1` and a digit each. */
const places: Readonly<Record<string, number>> = {ad_storage: 2, analytics_storage: 3}

/** Kinds of consent that an event tells nothing about: a tag that asks for them is not held back. */
export function isKnownConsent(kind: string): boolean {
  return Object.hasOwn(places, kind)
}

/** Kinds that the event says are denied; without a consent state in the event nothing is. */
export function deniedConsent(event: Event, kinds: readonly string[]): readonly string[] {
  const state = event['x-ga-gcs']
  if (typeof state !== 'string' || !/^G1[01-]{2}/.test(state)) return []
  return kinds.filter((kind) => isKnownConsent(kind) && state[places[kind]!] === '0')
}
