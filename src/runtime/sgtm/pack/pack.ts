import {StitchError} from '#runtime/kernel/errors.ts'
import {joinSections} from './cut-sections.ts'
import type {RawSection} from './cut-sections.ts'
import {Layout, layoutFile, sectionFiles, TestIndex, testFiles, usual} from './folder.ts'
import type {Folder} from './folder.ts'
import {cutTests, joinTests, writeHead, writeItem, writeSetup} from './tests-yaml.ts'

/** Lines of the text, from `line` (1-based) on, are those of the file from its first, `shift` columns to the right. */
export type PackedPart = {
  readonly file: string
  readonly line: number
  readonly lines: number
  readonly shift: number
}

/** A template's text, and the files that its lines come from. */
export type Packed = {readonly text: string; readonly parts: readonly PackedPart[]}

/**
 * A folder's files as the text of a template.
 * @param name names the folder in errors
 * @param options `plain`: tests are not spelt as they once were, so that each of their lines is one of a file
 * @throws {StitchError} STITCH_TEMPLATE_FOLDER_INVALID
 */
export function pack(name: string, files: Folder, {plain = false}: {readonly plain?: boolean} = {}): Packed {
  const layout = readLayout(name, files)
  const known = new Map(sectionFiles.map(({section, file}) => [section as string, file]))
  const present = sectionFiles.filter(({file}) => file in files || (file === 'tests/' && hasTests(files)))
  if (!present.some(({section}) => section === 'INFO')) throw invalid(name, 'has no info.json')
  const order = orderOf(
    present.map(({section}) => section),
    layout.sections?.map((section) => section.name) ?? [],
  )
  const tests = hasTests(files) ? packTests(name, files, plain ? undefined : layout.tests) : {content: '', parts: []}
  const sections = order.map((section): RawSection => {
    const odd = layout.sections?.find((one) => one.name === section)
    const file = known.get(section)
    const content = file === 'tests/' ? tests.content : (files[file ?? ''] ?? '')
    return {
      name: section,
      marker: odd?.marker ?? `___${section}___\n`,
      before: odd?.before ?? usual.before,
      content: content.replaceAll('\r\n', layout.eol === undefined ? '\r\n' : '\n').replaceAll(/^\n+|\n+$/g, ''),
      after: odd?.after ?? usual.after,
    }
  })
  const {bom = false, eol = '\n', preamble = ''} = layout
  return {text: joinSections({bom, eol, preamble, sections}), parts: partsOf(preamble, sections, tests.parts)}
}

/** The order of the layout; sections that are new come where Tag Manager has them. */
function orderOf(present: readonly string[], wanted: readonly string[]): readonly string[] {
  const order = wanted.filter((section) => present.includes(section))
  for (const [index, section] of present.entries()) {
    if (order.includes(section)) continue
    const previous = present.slice(0, index).findLast((other) => order.includes(other))
    order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, section)
  }
  return order
}

function partsOf(
  preamble: string,
  sections: readonly RawSection[],
  tests: readonly PackedPart[],
): readonly PackedPart[] {
  let line = 1 + breaksIn(preamble)
  return sections.flatMap(({name, marker, before, content, after}) => {
    line += breaksIn(marker) + breaksIn(before)
    const start = line
    line += breaksIn(content) + breaksIn(after)
    const file = sectionFiles.find(({section}) => section === name)?.file ?? ''
    if (file === 'tests/') return tests.map((part) => ({...part, line: part.line + start - 1}))
    return [{file, line: start, lines: breaksIn(content) + 1, shift: 0}]
  })
}

function breaksIn(text: string): number {
  return text.split('\n').length - 1
}

function hasTests(files: Folder): boolean {
  return testFiles.index in files || testFiles.whole in files
}

type PackedTests = {readonly content: string; readonly parts: readonly PackedPart[]}

function packTests(name: string, files: Folder, layout: Layout['tests']): PackedTests {
  const whole = files[testFiles.whole]
  if (whole !== undefined)
    return {content: whole, parts: [{file: testFiles.whole, line: 1, lines: breaksIn(whole), shift: 0}]}
  const items = parse(name, testFiles.index, files, TestIndex).map((entry) => {
    const file = `tests/${entry.file}`
    const code = files[file]?.replace(/\n$/, '')
    if (code === undefined) throw invalid(name, `has no ${file}, which ${testFiles.index} names`)
    return {raw: spell(layout?.items?.[entry.file], entry.name, code), name: entry.name, code, file}
  })
  const own = files[testFiles.setup]?.replace(/\n$/, '')
  const setup = own === undefined ? undefined : {code: own, raw: spellSetup(layout?.setup, own)}
  const setupFirst = layout?.setupFirst ?? false
  const written = items.map(({raw}) => raw).join('')
  const fits = layout?.head !== undefined && cutTests(layout.head + written)?.items.length === items.length
  const head = fits ? layout.head! : writeHead(items.length)
  const pieces = {head, items, setup, setupFirst, tail: layout?.tail ?? ''}
  let line = 1 + breaksIn(head)
  const parts = items.map(({raw, code, file}): PackedPart => {
    const lines = breaksIn(code) + 1
    const start = line + breaksIn(raw) - lines
    line += breaksIn(raw)
    return {file, line: start, lines, shift: 4}
  })
  const setupPart = setup ? [{file: testFiles.setup, line: line + 1, lines: breaksIn(setup.code) + 1, shift: 2}] : []
  return {content: joinTests(pieces), parts: [...parts, ...setupPart]}
}

/** The old spelling as long as it still says the same, else the usual one. */
function spell(raw: string | undefined, name: string, code: string): string {
  const [item] = raw === undefined ? [] : (cutTests(`scenarios:\n${raw}`)?.items ?? [])
  return raw !== undefined && item?.name === name && item.code === code ? raw : writeItem(name, code)
}

function spellSetup(raw: string | undefined, code: string): string {
  const setup = raw === undefined ? undefined : cutTests(`scenarios: []\n${raw}`)?.setup
  return raw !== undefined && setup?.code === code ? raw : writeSetup(code)
}

function readLayout(name: string, files: Folder): Layout {
  return layoutFile in files ? parse(name, layoutFile, files, Layout) : {}
}

function parse<T>(
  name: string,
  file: string,
  files: Folder,
  schema: {safeParse: (value: unknown) => {success: true; data: T} | {success: false}},
): T {
  let value: unknown
  try {
    value = JSON.parse(files[file] ?? '')
  } catch {
    throw invalid(name, `has a ${file} that is not valid JSON`)
  }
  const result = schema.safeParse(value)
  if (!result.success) throw invalid(name, `has a ${file} of another form than unpacking writes`)
  return result.data
}

function invalid(name: string, what: string): StitchError {
  return new StitchError(`The folder ${name} ${what}, so no template was made of it.`, {
    code: 'STITCH_TEMPLATE_FOLDER_INVALID',
    exit: 'config',
    hints: ['stitch template unpack writes a folder that can be packed'],
  })
}
