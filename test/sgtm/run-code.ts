import {apiNames} from '#runtime/sgtm/apis/registry.ts'
import {compileProgram} from '#runtime/sgtm/sandbox/compile.ts'
import type {Compiled} from '#runtime/sgtm/sandbox/compile.ts'
import {createSandbox} from '#runtime/sgtm/sandbox/sandbox.ts'
import type {Run} from '#runtime/sgtm/sandbox/sandbox.ts'

type Apis = Readonly<Record<string, unknown>>

/** Judges code as a template whose first line is the file's tenth. */
export function compile(text: string, known: Iterable<string> = []): Compiled {
  const source = {file: 'sample.tpl', text, line: 10, parameters: ['data'], offered: ['require']}
  return compileProgram('template:sample', source, new Set([...apiNames, ...known]))
}

/** Starts code with the realm's own APIs and those given; `unhandled` collects rejections that nothing handled. */
export function start(text: string, apis: Apis = {}, unhandled: Error[] = []): Run {
  const sandbox = createSandbox((ms, callback) => {
    const timer = setTimeout(callback, ms)
    timer.unref()
    return () => clearTimeout(timer)
  })
  const compiled = compile(text, Object.keys(apis))
  if (!compiled.ok) throw new Error(compiled.refusals.map(({message}) => message).join('\n'))
  return sandbox.load(compiled.program)({
    resolve: (name) => apis[name],
    unhandled: (problem) => void unhandled.push(problem),
  })
}

/** Runs code and gives what it returns, as plain JSON where it is an object. */
export function run(text: string, data: unknown = {}, apis: Apis = {}): unknown {
  const result = start(text, apis).call(data)
  return typeof result === 'object' && result !== null && !(result instanceof Promise)
    ? structuredClone(result)
    : result
}
