import {emptyRecord, toNumber} from './fields.ts'

type Item = Readonly<Record<string, unknown>>

/** Codes of an item's fields in a version 2 hit, `pr1=idSKU~nmName~pr9.99`. */
const fields: ReadonlyMap<string, string> = new Map([
  ['id', 'item_id'],
  ['nm', 'item_name'],
  ['br', 'item_brand'],
  ['ca', 'item_category'],
  ['c2', 'item_category2'],
  ['c3', 'item_category3'],
  ['c4', 'item_category4'],
  ['c5', 'item_category5'],
  ['va', 'item_variant'],
  ['li', 'item_list_id'],
  ['ln', 'item_list_name'],
  ['lp', 'index'],
  ['lo', 'location_id'],
  ['af', 'affiliation'],
  ['cp', 'coupon'],
  ['ds', 'discount'],
  ['pr', 'price'],
  ['qt', 'quantity'],
  ['pi', 'promotion_id'],
  ['pn', 'promotion_name'],
  ['cn', 'creative_name'],
  ['cs', 'creative_slot'],
])
const codes: ReadonlyMap<string, string> = new Map([...fields].map(([code, name]) => [name, code]))
const numbers: ReadonlySet<string> = new Set(['index', 'discount', 'price', 'quantity'])

/** Reads one `pr` parameter. A tilde in a value is written twice; `k0`, `v0` and so on are fields of the sender's own. */
export function readItem(text: string): Item {
  const item = emptyRecord()
  const names = new Map<string, string>()
  for (const part of splitParts(text)) {
    const [code, value] = [part.slice(0, 2), part.slice(2)]
    const name = fields.get(code)
    const own = /^([kv])(\d+)/.exec(code)
    if (name !== undefined) item[name] = numbers.has(name) ? toNumber(value) : value
    else if (own?.[1] === 'k') names.set(own[2]!, value)
    else if (own && names.has(own[2]!)) item[names.get(own[2]!)!] = value
  }
  return item
}

/** The reverse of {@link readItem}; lists and objects in an item are left out, since a hit has no place for them. */
export function formatItem(item: Item): string {
  const parts: string[] = []
  let own = 0
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined || value === null || typeof value === 'object' || typeof value === 'function') continue
    const text = `${value as string | number | boolean}`.replaceAll('~', '~~')
    const code = codes.get(name)
    if (code !== undefined) parts.push(`${code}${text}`)
    else if (own < 10) {
      parts.push(`k${own}${name}`, `v${own}${text}`)
      own += 1
    }
  }
  return parts.join('~')
}

/** Splits at single tildes; a doubled one stands for itself. */
function splitParts(text: string): string[] {
  return text
    .replaceAll('~~', '\0')
    .split('~')
    .map((part) => part.replaceAll('\0', '~'))
}
