import {existsSync, readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import type {Command} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import {ConfigFile} from '#runtime/config/schema.ts'
import {Expectation, ScenarioFixture} from '#runtime/fixtures/scenario-schema.ts'
import {ERRORS} from '#runtime/handlers/errors.ts'
import {RunEvent} from '#runtime/kernel/events.ts'
import {listCommandLines, listFences, listInline, listRows, readPage} from './pages.ts'

type CommandClass = typeof Command
type Flag = {
  readonly env?: string
  readonly allowNo?: boolean
  readonly char?: string
}

const commandsFolder = resolve(import.meta.dirname, '../../src/commands')
const commands = new Map<string, Readonly<Record<string, Flag>>>()
for (const file of readdirSync(commandsFolder, {recursive: true, encoding: 'utf8'}).filter((name) =>
  name.endsWith('.ts'),
)) {
  const {default: command} = (await import(resolve(commandsFolder, file))) as {readonly default: CommandClass}
  commands.set(file.replace(/\.ts$/, '').replaceAll(/[\\/]/g, ' '), {...command.baseFlags, ...command.flags})
}

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/architecture.md',
  'docs/api.md',
  'docs/events.md',
  'docs/deploy.md',
  'docs/engine-data.md',
  'docs/tag-manager.md',
  'docs/template-apis.md',
  'docs/templates.md',
  'fixtures/README.md',
]
const readme = readPage('README.md').text

/** Flags that oclif gives every command of ours. */
const COMMON = ['json', 'help']

/** The flag as a person types it, by its name; undefined where the command has no such flag. */
function findFlag(flags: Readonly<Record<string, Flag>>, word: string): string | undefined {
  const name = word.replace(/=.*$/, '').replace(/^--?/, '')
  if (COMMON.includes(name)) return name
  if (!word.startsWith('--')) return Object.keys(flags).find((flag) => flags[flag]?.char === name)
  if (name in flags) return name
  const positive = name.replace(/^no-/, '')
  return flags[positive]?.allowNo ? positive : undefined
}

/** Words of a command line up to `--`, which ends those that are stitch's. */
function ownWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end === -1 ? words : words.slice(0, end)
}

describe.each(PAGES)('%s', (path) => {
  const {text, folder} = readPage(path)

  test('links only to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !/^https?:/.test(link) && !existsSync(resolve(folder, link)))).toEqual([])
  })

  test('mentions only commands and flags that exist', () => {
    const wrong = listCommandLines(text).flatMap((words) => {
      const line = words.join(' ')
      if (words[0]?.startsWith('-')) return COMMON.includes(words[0].slice(2)) ? [] : [line]
      const id = [...commands.keys()].find((name) => line === name || line.startsWith(`${name} `))
      const flags = commands.get(id ?? '')
      if (!flags) return [line]
      return ownWords(words).filter((word) => /^--?[a-z]/.test(word) && findFlag(flags, word) === undefined)
    })
    expect(wrong).toEqual([])
  })

  test('mentions no flag by itself that no command has', () => {
    const all = Object.assign({}, ...commands.values()) as Record<string, Flag>
    const flags = listInline(text).filter((code) => /^--[a-z]/.test(code))
    expect(flags.filter((code) => findFlag(all, code.split(' ')[0] ?? '') === undefined)).toEqual([])
  })
})

describe('the README', () => {
  test('says something about every command', () => {
    const said = listCommandLines(readme).map((words) => words.join(' '))
    expect([...commands.keys()].filter((id) => !said.some((line) => line.startsWith(id)))).toEqual([])
  })

  test('mentions every flag', () => {
    const unsaid = [...commands.values()].flatMap((flags) =>
      Object.keys(flags).filter((name) => !new RegExp(`--(?:no-)?${name}\\b`).test(readme)),
    )
    expect([...new Set(unsaid)]).toEqual([])
  })

  test('has every variable beside its flag', () => {
    const said = listRows(readme, 'flag').map(([flag = '', variable = '']) => [
      flag.replace(/^--(?:no-)?/, '').split(' ')[0],
      /STITCH_\w+/.exec(variable)?.[0],
    ])
    const real = [...commands.values()].flatMap((flags) =>
      Object.entries(flags).flatMap(([name, {env}]) => (env ? [[name, env]] : [])),
    )
    const sorted = (pairs: readonly (readonly unknown[])[]) => [...new Set(pairs.map((pair) => pair.join(' ')))].sort()
    expect(sorted(said)).toEqual(sorted(real))
  })

  test('has every configuration key, and no other', () => {
    const said = listRows(readme, 'key').map(([key = '']) => key)
    const {leaves, groups} = keysOf(ConfigFile)
    expect(said.filter((key) => !groups.includes(key)).sort()).toEqual(leaves.sort())
  })

  test('has every expectation, and no other', () => {
    const said = listRows(readme, 'expectation').map(([key = '']) => key)
    expect(said.sort()).toEqual(Object.keys(Expectation.shape).sort())
  })

  test('shows a scenario that uses every expectation and is one', () => {
    const scenario = listFences(readme, 'json')
      .map((fence) => JSON.parse(fence) as object)
      .find((value) => 'steps' in value)
    const {steps} = ScenarioFixture.parse(scenario)
    const used = new Set(steps.flatMap(({expect: wanted}) => Object.keys(wanted)))
    expect(Object.keys(Expectation.shape).filter((key) => key !== 'exactAttributes' && !used.has(key))).toEqual([])
  })
})

test('docs/api.md has every error code with its status', () => {
  const said = listRows(readPage('docs/api.md').text, 'code').map(([code = '', http = '']) => [code, Number(http)])
  const real = Object.entries(ERRORS).map(([code, {status}]) => [code, status])
  // The container's own refusal, made by the client template.
  expect(Object.fromEntries(said)).toEqual({...Object.fromEntries(real), origin_not_allowed: 403})
})

test('docs/events.md has every event with its fields', () => {
  const said = listRows(readPage('docs/events.md').text, 'type').map(([type = '', fields = '']) => [
    type,
    fields.replaceAll(/`[[{][^`]*`/g, '').match(/\w+\??/g) ?? [],
  ])
  const real = RunEvent.options.map(({shape}) => [
    shape.type.value,
    Object.entries(shape)
      .filter(([name]) => !['seq', 'at', 'type'].includes(name))
      .map(([name, field]) => (field.isOptional() ? `${name}?` : name)),
  ])
  const sorted = (rows: readonly unknown[][]) =>
    Object.fromEntries(rows.map(([type, fields]) => [type, [...(fields as string[])].sort()]))
  expect(sorted(said)).toEqual(sorted(real))
})

/** Dotted paths of a schema: values, and groups of them; `*` stands for any name. */
function keysOf(schema: unknown, prefix = ''): {readonly leaves: string[]; readonly groups: string[]} {
  const {shape, valueType} = unwrap(schema)
  const children = shape
    ? Object.entries(shape).map(([name, child]) => [prefix ? `${prefix}.${name}` : name, child] as const)
    : valueType && unwrap(valueType).shape
      ? [[`${prefix}.*`, valueType] as const]
      : []
  if (children.length === 0) return {leaves: prefix ? [prefix] : [], groups: []}
  const below = children.map(([path, child]) => keysOf(child, path))
  return {leaves: below.flatMap(({leaves}) => leaves), groups: [prefix, ...below.flatMap(({groups}) => groups)]}
}

type Schema = {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly valueType?: unknown
  readonly def?: {readonly innerType?: unknown}
}

/** Without optional, default and prefault around it. */
function unwrap(schema: unknown): Schema {
  const current = schema as Schema
  return current.def?.innerType ? unwrap(current.def.innerType) : current
}
