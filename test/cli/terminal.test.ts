import {describe, expect, test} from 'vitest'
import {readTerminal, type Streams} from '#cli/terminal.ts'

const person: Streams = {stdin: {isTTY: true}, stdout: {isTTY: true, columns: 100, hasColors: () => true}}
const pipe: Streams = {stdin: {isTTY: true}, stdout: {hasColors: () => false}}
const utf8 = {TERM: 'xterm-256color', LANG: 'de_CH.UTF-8'}

describe('what a terminal can show', () => {
  test.each([
    {what: 'a person', env: utf8, streams: person, is: {interactive: true, color: true, columns: 100, ascii: false}},
    {what: 'a pipe', env: utf8, streams: pipe, is: {interactive: false, color: false, columns: 80, ascii: false}},
    {what: 'a person in CI', env: {...utf8, CI: 'true'}, streams: person, is: {interactive: false, color: true}},
    {what: 'NO_COLOR', env: {...utf8, NO_COLOR: '1'}, streams: person, is: {interactive: true, color: false}},
    {what: 'FORCE_COLOR in a pipe', env: {...utf8, FORCE_COLOR: '1'}, streams: pipe, is: {color: true}},
    {what: 'FORCE_COLOR=0 in a pipe', env: {...utf8, FORCE_COLOR: '0'}, streams: pipe, is: {color: false}},
    {
      what: 'TERM=dumb',
      env: {...utf8, TERM: 'dumb'},
      streams: person,
      is: {interactive: false, color: false, ascii: true},
    },
    {what: 'an old character set', env: {TERM: 'xterm', LANG: 'de_CH.ISO-8859-1'}, streams: person, is: {ascii: true}},
    {
      what: 'LC_ALL over LANG',
      env: {TERM: 'xterm', LC_ALL: 'C', LANG: 'de_CH.UTF-8'},
      streams: person,
      is: {ascii: true},
    },
    {what: 'no character set at all', env: {TERM: 'xterm'}, streams: person, is: {ascii: false}},
    {what: 'input from a file', env: utf8, streams: {...person, stdin: {}}, is: {interactive: false, color: true}},
  ])('$what', ({env, streams, is}) => {
    expect(readTerminal(env, streams)).toMatchObject(is)
  })

  test.each([
    {columns: 300, used: 120},
    {columns: 20, used: 40},
  ])('$columns columns are used as $used', ({columns, used}) => {
    expect(readTerminal(utf8, {...person, stdout: {...person.stdout, columns}}).columns).toBe(used)
  })
})
