/** How a parameter's text becomes a value of event data. */
type Kind = 'text' | 'number' | 'flag'

/** A parameter of a hit and the field of event data that it stands for. */
type Field = {readonly parameter: string; readonly name: string; readonly kind: Kind}

const text = (parameter: string, name: string): Field => ({parameter, name, kind: 'text'})
const number = (parameter: string, name: string): Field => ({parameter, name, kind: 'number'})

/**
 * Parameters of a version 2 hit. Names and types of the `x-ga-` fields:
 * https://developers.google.com/tag-platform/tag-manager/server-side/internal-parameters, of the others:
 * https://developers.google.com/tag-platform/tag-manager/server-side/common-event-data
 */
const v2Fields: readonly Field[] = [
  text('v', 'x-ga-protocol_version'),
  text('tid', 'x-ga-measurement_id'),
  text('gtm', 'x-ga-gtm_version'),
  number('_p', 'x-ga-page_id'),
  text('gcs', 'x-ga-gcs'),
  text('gcd', 'x-ga-gcd'),
  text('gcu', 'x-ga-gcu'),
  text('npa', 'x-ga-npa'),
  text('dma', 'x-ga-dma'),
  text('dma_cps', 'x-ga-dma_cps'),
  text('did', 'x-ga-did'),
  text('gdid', 'x-ga-gdid'),
  text('edid', 'x-ga-edid'),
  text('ecid', 'x-ga-ecid'),
  text('em', 'x-ga-em'),
  text('are', 'x-ga-are'),
  text('pscdl', 'x-ga-pscdl'),
  number('tfd', 'x-ga-tfd'),
  {parameter: 'lps', name: 'x-ga-lps', kind: 'flag'},
  text('cid', 'client_id'),
  text('uid', 'user_id'),
  text('ul', 'language'),
  text('sr', 'screen_resolution'),
  text('vp', 'viewport_size'),
  text('de', 'page_encoding'),
  number('_s', 'x-ga-request_count'),
  text('sid', 'ga_session_id'),
  number('sct', 'ga_session_number'),
  text('dl', 'page_location'),
  text('dr', 'page_referrer'),
  text('dt', 'page_title'),
  text('dh', 'page_hostname'),
  text('dp', 'page_path'),
  text('en', 'event_name'),
  number('_et', 'engagement_time_msec'),
  text('cu', 'currency'),
  text('cm', 'campaign_medium'),
  text('cs', 'campaign_source'),
  text('cn', 'campaign_name'),
  text('cc', 'campaign_content'),
  text('ck', 'campaign_term'),
  text('ci', 'campaign_id'),
  text('pi', 'promotion_id'),
  text('pn', 'promotion_name'),
  text('_uip', 'ip_override'),
  text('ua', 'user_agent'),
]

const byParameter: ReadonlyMap<string, Field> = new Map(v2Fields.map((field) => [field.parameter, field]))
const byName: ReadonlyMap<string, Field> = new Map(v2Fields.map((field) => [field.name, field]))

/** The field that a parameter of a version 2 hit fills, or undefined for one that goes elsewhere. */
export function readField(parameter: string, value: string): readonly [name: string, value: unknown] | undefined {
  const field = byParameter.get(parameter)
  if (!field) return undefined
  if (field.kind === 'number') return [field.name, toNumber(value)]
  return [field.name, field.kind === 'flag' ? value === '1' : value]
}

/** The parameter that carries a field of event data in a version 2 hit. */
export function parameterOf(name: string): string | undefined {
  return byName.get(name)?.parameter
}

/** A number where the text is one; other text stays as it came. */
export function toNumber(value: string): number | string {
  const parsed = Number(value)
  return value.trim() === '' || !Number.isFinite(parsed) ? value : parsed
}

/** An object for names that a sender chose: without a prototype, `__proto__` is a name like any other. */
export function emptyRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
