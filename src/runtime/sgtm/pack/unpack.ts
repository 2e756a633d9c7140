import {cutSections} from './cut-sections.ts'
import type {RawSection, RawTemplate} from './cut-sections.ts'
import {layoutFile, sectionFiles, testFiles, usual} from './folder.ts'
import type {Folder, Layout} from './folder.ts'
import {cutTests, joinTests, writeHead, writeItem, writeSetup} from './tests-yaml.ts'

/**
 * A template's text as the files of a folder. Files end in one line break, as editors like it; whatever the template
 * has beside the usual is kept in layout.json, so that packing gives the same bytes again.
 */
export function unpack(text: string): Folder {
  const raw = cutSections(text)
  const files: Record<string, string> = {}
  let tests: Layout['tests']
  for (const {name, content} of raw.sections) {
    const file = sectionFiles.find(({section}) => section === name)?.file
    if (file === 'tests/') tests = unpackTests(content, files)
    else if (file) files[file] = content === '' ? '' : `${content}\n`
  }
  const layout = layoutOf(raw, tests)
  if (Object.keys(layout).length > 0) files[layoutFile] = `${JSON.stringify(layout, null, 2)}\n`
  return files
}

function layoutOf({bom, eol, preamble, sections}: RawTemplate, tests: Layout['tests']): Layout {
  const order = sections.map(({name}) => name)
  const usualOrder = sectionFiles.flatMap(({section}) => (order.includes(section) ? [section] : []))
  const isUsual = order.join() === usualOrder.join() && sections.every((one) => Object.keys(oddities(one)).length === 1)
  return {
    ...(bom ? {bom} : {}),
    ...(eol === '\n' ? {} : {eol}),
    ...(preamble === '' ? {} : {preamble}),
    ...(isUsual ? {} : {sections: sections.map(oddities)}),
    ...(tests ? {tests} : {}),
  }
}

/** A section's name with what is not usual about it. */
function oddities({name, marker, before, after}: RawSection): NonNullable<Layout['sections']>[number] {
  return {
    name,
    ...(marker === `___${name}___\n` ? {} : {marker}),
    ...(before === usual.before ? {} : {before}),
    ...(after === usual.after ? {} : {after}),
  }
}

/** Adds the tests' files; gives what is special about their spelling. */
function unpackTests(content: string, files: Record<string, string>): Layout['tests'] {
  const text = content === '' ? '' : `${content}\n`
  const pieces = cutTests(text)
  if (!pieces || joinTests(pieces) !== text) {
    files[testFiles.whole] = text
    return undefined
  }
  const {head, items, setup, setupFirst, tail} = pieces
  const index = items.map(({name}, at) => ({name, file: fileOf(name, at)}))
  files[testFiles.index] = `${JSON.stringify(index, null, 2)}\n`
  for (const [at, {code}] of items.entries()) files[`tests/${index[at]!.file}`] = `${code}\n`
  if (setup) files[testFiles.setup] = `${setup.code}\n`
  const special = items.flatMap(({raw, name, code}, at) =>
    raw === writeItem(name, code) ? [] : [[index[at]!.file, raw] as const],
  )
  const layout = {
    ...(head === writeHead(items.length) ? {} : {head}),
    ...(special.length > 0 ? {items: Object.fromEntries(special)} : {}),
    ...(!setup || setup.raw === writeSetup(setup.code) ? {} : {setup: setup.raw}),
    ...(setupFirst ? {setupFirst} : {}),
    ...(tail === '' ? {} : {tail}),
  }
  return Object.keys(layout).length > 0 ? layout : undefined
}

function fileOf(name: string, at: number): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
  return `${String(at + 1).padStart(3, '0')}${slug === '' ? '' : `-${slug}`}.js`
}
