/** Characters as ranges of UTF-16 code units. */
export type Ranges = readonly (readonly [first: number, last: number])[]

export const lastUnit = 0xff_ff

const digit: Ranges = [[48, 57]]
const letter: Ranges = [
  [65, 90],
  [97, 122],
]
const word: Ranges = [...digit, ...letter, [95, 95]]
/** RE2's classes are of ASCII alone; its `\s` is without the vertical tab. */
const space: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
]

/** `\d`, `\w` and `\s`; the capital letters are their complements. */
export const perlClasses: ReadonlyMap<string, Ranges> = new Map([
  ['d', digit],
  ['w', word],
  ['s', space],
])

/** `[:alpha:]` and its siblings, which stand inside brackets. */
export const posixClasses: ReadonlyMap<string, Ranges> = new Map<string, Ranges>([
  ['alnum', [...digit, ...letter]],
  ['alpha', letter],
  ['ascii', [[0, 127]]],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  [
    'cntrl',
    [
      [0, 31],
      [127, 127],
    ],
  ],
  ['digit', digit],
  ['graph', [[33, 126]]],
  ['lower', [[97, 122]]],
  ['print', [[32, 126]]],
  [
    'punct',
    [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
  ],
  [
    'space',
    [
      [9, 13],
      [32, 32],
    ],
  ],
  ['upper', [[65, 90]]],
  ['word', word],
  [
    'xdigit',
    [
      [48, 57],
      [65, 70],
      [97, 102],
    ],
  ],
])

const unicode = new Map<string, Ranges>()

/** The part of a Unicode class (`L`, `Lu`, `Greek`) that is in the basic plane, or undefined for an unknown name. */
export function unicodeClass(name: string): Ranges | undefined {
  const known = unicode.get(name)
  if (known) return known
  const regex = compileProperty(name)
  if (!regex) return undefined
  const ranges: [number, number][] = []
  for (let unit = 0; unit <= lastUnit; unit++) {
    if (!regex.test(String.fromCharCode(unit))) continue
    const before = ranges.at(-1)
    if (before && before[1] === unit - 1) before[1] = unit
    else ranges.push([unit, unit])
  }
  unicode.set(name, ranges)
  return ranges
}

function compileProperty(name: string): RegExp | undefined {
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined
  for (const property of [name, `Script=${name}`]) {
    try {
      return new RegExp(`^\\p{${property}}$`, 'u')
    } catch {
      // A general category and a script are written alike.
    }
  }
  return undefined
}

/** Everything that is in none of the ranges. */
export function invert(ranges: Ranges): Ranges {
  const inverted: [number, number][] = []
  let next = 0
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    if (first > next) inverted.push([next, first - 1])
    next = Math.max(next, last + 1)
  }
  if (next <= lastUnit) inverted.push([next, lastUnit])
  return inverted
}

/** The ranges with the other case of each letter. Wide ranges are taken to hold both already. */
export function foldCase(ranges: Ranges): Ranges {
  const folded: (readonly [number, number])[] = [...ranges]
  for (const [first, last] of ranges) {
    if (last - first > 2000) continue
    for (let unit = first; unit <= last; unit++) {
      for (const other of otherCases(unit)) folded.push([other, other])
    }
  }
  return folded
}

/** The single code units that a letter is in its other case. */
export function otherCases(unit: number): readonly number[] {
  const text = String.fromCharCode(unit)
  return [text.toLowerCase(), text.toUpperCase()]
    .filter((other) => other.length === 1 && other !== text)
    .map((other) => other.charCodeAt(0))
}
