import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {cleanEnvironment, findProgram, makeFolder, packageRoot, processesOf, runProgram, until} from './run-stitch.ts'

const tmux = findProgram('tmux')
const why = tmux ? '' : ' (skipped: no tmux here)'

/** A window of a real terminal with a command in it; gone at the end of the test. */
async function openTerminal(
  folder: string,
  args: string,
  {columns, rows}: {readonly columns: number; readonly rows: number},
) {
  const env = {...cleanEnvironment(folder), TERM: 'xterm-256color'}
  const ask = async (...words: readonly string[]) =>
    await runProgram(folder, tmux ?? '', ['-S', join(folder, 'tmux'), '-f', '/dev/null', ...words], env)
  const command = `${process.execPath} ${join(packageRoot, 'bin/run.js')} ${args}; echo "exit $?"; read -r _`
  const opened = await ask('new-session', '-d', '-s', 'stitch', '-x', String(columns), '-y', String(rows), command)
  if (opened.code !== 0) throw new Error(opened.stderr)
  return {
    /** What a person sees now, without what has scrolled away. */
    screen: async () => (await ask('capture-pane', '-p', '-t', 'stitch')).stdout,
    /** The same with all that has scrolled away. */
    history: async () => (await ask('capture-pane', '-p', '-S', '-', '-t', 'stitch')).stdout,
    press: async (key: string) => await ask('send-keys', '-t', 'stitch', key),
    [Symbol.asyncDispose]: async () => {
      await ask('kill-server')
    },
  }
}

describe.skipIf(!tmux)(`in a real terminal${why}`, () => {
  test('simulate shows the requests while it runs, leaves the text behind and ends with exit code 0', async () => {
    using folder = makeFolder()
    await using terminal = await openTerminal(folder.path, 'simulate --async', {columns: 80, rows: 24})
    const during = await until(async () => {
      const screen = await terminal.screen()
      return /\? help/.test(screen) && /(GET|POST) /.test(screen) && screen
    })
    expect(during.trimEnd().split('\n').length).toBeLessThanOrEqual(24)
    await until(async () => /^exit \d+$/m.test(await terminal.screen()))
    const after = await terminal.history()
    expect(after).toMatch(/^passed: \d+ requests, \d+ checks in .*\n+exit 0$/m)
    expect(after).toContain('forward POST /v1/stitch')
    expect(after).not.toContain('? help')
    expect(
      processesOf(folder.path).filter(({command}) => command.includes('run.js') && !command.includes('read -r')),
    ).toEqual([])
  })

  test('dev shows a request from outside, helps on ?, and closes everything on q', async () => {
    using folder = makeFolder()
    await using terminal = await openTerminal(folder.path, 'dev --ready-file ready.json', {columns: 80, rows: 24})
    const ready = await until(
      () => existsSync(folder.file('ready.json')) && readFileSync(folder.file('ready.json'), 'utf8'),
    )
    const {env} = JSON.parse(ready) as {env: {STITCH_SGTM_URL: string}}
    const answer = await fetch(`${env.STITCH_SGTM_URL}/stitch?id=P-1001`)
    expect(answer.status).toBe(200)
    await until(async () => /GET .*200/.test(await terminal.screen()))
    await terminal.press('?')
    const help = await until(async () => {
      const screen = await terminal.screen()
      return (
        /quit/i.test(screen) &&
        /help/i.test(screen) &&
        screen.split('\n').filter((line) => line.trim() !== '').length > 8 &&
        screen
      )
    })
    expect(help.split('\n').every((line) => line.length <= 80)).toBe(true)
    await terminal.press('Escape')
    await terminal.press('q')
    await until(async () => /^exit 0$/m.test(await terminal.screen()))
    expect(existsSync(folder.file('ready.json'))).toBe(false)
    expect(
      processesOf(folder.path).filter(({command}) => /functions-framework|\brun\.js (?!.*read -r)/.test(command)),
    ).toEqual([])
  })

  test('Ctrl-C while requests are sent gives the terminal back and ends with 130', async () => {
    using folder = makeFolder()
    await using terminal = await openTerminal(folder.path, 'simulate --repeat 1000', {columns: 80, rows: 24})
    await until(async () => /(GET|POST) /.test(await terminal.screen()))
    await terminal.press('C-c')
    await until(async () => /^exit 130$/m.test(await terminal.screen()))
    expect(await terminal.screen()).toContain('STITCH_INTERRUPTED')
    expect(processesOf(folder.path).filter(({command}) => command.includes('functions-framework'))).toEqual([])
  })

  test('a terminal that is too small is told so and changes nothing of the outcome', async () => {
    using folder = makeFolder()
    await using terminal = await openTerminal(folder.path, 'simulate products', {columns: 30, rows: 6})
    await until(async () => /^exit 0$/m.test(await terminal.screen()))
    expect(await terminal.history()).toMatch(/^passed: \d+ requests/m)
  })
})
