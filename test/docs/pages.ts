import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** A page of the repository, by its path from the root, and where its links lead from. */
export function readPage(path: string): {readonly text: string; readonly folder: string} {
  const file = resolve(root, path)
  return {text: readFileSync(file, 'utf8'), folder: resolve(file, '..')}
}

/** The bodies of fenced code of a language, in order. */
export function listFences(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '')
}

/** Inline code outside fences and tables' escapes. */
export function listInline(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}

/** First cells of the rows of the table whose heading row begins so, without their code marks. */
export function listRows(text: string, heading: string): string[][] {
  const at = text.indexOf(`\n| ${heading} |`)
  const table = text.slice(at + 1).split('\n\n')[0] ?? ''
  return table
    .split('\n')
    .slice(2)
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    )
}

/** Every command line of stitch on a page, as words: from shell and workflow fences and from inline code. */
export function listCommandLines(text: string): string[][] {
  const shell = [...listFences(text, 'sh'), ...listFences(text, 'yaml')]
    .flatMap((fence) => fence.replaceAll(/\\\n/g, ' ').split('\n'))
    .map((line) => line.replace(/ #.*$/, '').replace(/^\s*- run: /, ''))
    .flatMap((line) => line.split('&&'))
  return [...shell, ...listInline(text)]
    .map((line) => line.trim().split(/\s+/))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word) && word !== 'npx')))
    .filter(([first, second]) => first === 'stitch' && second !== undefined)
    .map((words) => words.slice(1))
}
