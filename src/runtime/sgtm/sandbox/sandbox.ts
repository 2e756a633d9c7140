import {types} from 'node:util'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import type {Program} from './program.ts'
import {translateRe2} from './re2/translate.ts'
import type {RunState} from './realm/meter.ts'
import {startRealm} from './realm/start-realm.ts'

/** What a run says to the outside beside its result. */
export type RunHost = {
  /** Finds what `require(name)` gives; undefined where the realm has the API itself. Throws for unknown names. */
  readonly resolve: (name: string) => unknown
  /** A promise was rejected and nothing handled it. */
  readonly unhandled: (problem: SandboxError) => void
}

/** One run of a template. */
export type Run = {
  /** Calls the template's function with copies of the arguments. @throws {SandboxError} */
  readonly call: (...args: readonly unknown[]) => unknown
  /** From now on nothing of this run is called any more. */
  readonly end: () => void
}

/** An error in a template's code, with the place in its file where that is known. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly at: SourceLocation | undefined

  constructor(message: string, at: SourceLocation | undefined) {
    super(message)
    this.at = at
  }
}

/** A confined place for any number of templates, whose runs share nothing that can be written. */
export type Sandbox = {
  /** Compiles into the realm; what it gives starts runs. */
  readonly load: (program: Program) => (host: RunHost) => Run
  /**
   * Starts trusted code of ours that starts other programs in its own run, so that they share values without copies: a
   * template's test and the template. Its text is a function of the meter, `require` and the others' factories.
   */
  readonly loadTogether: (lead: TrustedProgram, others: readonly Program[]) => (host: RunHost) => Run
}

/** Code of our own that lives in the realm, as the text of a function that uses nothing from around it. */
export type TrustedProgram = {readonly label: string; readonly text: string}

type Callable = (...args: unknown[]) => unknown
/** Steps of one run, all its callbacks included: some 50 ms of a tight loop. */
const stepsPerRun = 10_000_000
const maxDepth = 100
const maxNodes = 200_000

/**
 * @param later a timer of the host's; gives the way to call it off
 */
export function createSandbox(later: (ms: number, callback: () => void) => () => void): Sandbox {
  const programs = new WeakMap<RunState, {programs: readonly Program[]; host: RunHost}>()
  const realm = startRealm({
    later,
    translateRegex: translateRe2,
    call: (run, target, args) => {
      const copies: unknown[] = []
      for (let index = 0; index < args.length; index++) copies.push(exportValue(run, args[index]))
      return target(...copies)
    },
    messageOf: (error) => (error instanceof Error ? error.message : String(error)),
    unhandled: (run, reason) => {
      const known = programs.get(run)
      if (known && !run.ended) known.host.unhandled(toSandboxError(known.programs, reason))
    },
  })

  /** Copies a realm value for the host. Functions become host functions that call back at the run's expense. */
  function exportValue(run: RunState, root: unknown): unknown {
    let nodes = 0
    const copy = (value: unknown, depth: number): unknown => {
      if (typeof value === 'function') return realm.unwrap(value) ?? callback(run, value as Callable)
      if (typeof value !== 'object' || value === null) return value
      nodes += Array.isArray(value) ? value.length + 1 : 1
      if (depth > maxDepth || nodes > maxNodes)
        throw new Error('A value is too large or nested too deeply to be passed on.')
      if (depth === 0 && realm.isPromise(value)) return exportPromise(run, value)
      // Loops and not methods: those of a realm's array would give arrays of the realm.
      if (Array.isArray(value)) {
        const list: unknown[] = []
        for (let index = 0; index < value.length; index++) list.push(copy(value[index], depth + 1))
        return list
      }
      const record = Object.create(null) as Record<string, unknown>
      for (const key of Object.keys(value)) record[key] = copy((value as Record<string, unknown>)[key], depth + 1)
      return record
    }
    return copy(root, 0)
  }
  function exportPromise(run: RunState, promise: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      realm.observe(
        promise,
        (value) => resolve(exportValue(run, value)),
        (reason) => reject(toSandboxError(programs.get(run)!.programs, reason)),
      )
    })
  }
  function callback(run: RunState, target: Callable): Callable {
    return (...args) => {
      const known = programs.get(run)!
      try {
        return exportValue(run, realm.call(run, target, args))
      } catch (error) {
        throw toSandboxError(known.programs, error)
      }
    }
  }

  return {
    load: (program) => {
      const factory = realm.load(program)
      return (host) => {
        const run = realm.newRun(stepsPerRun)
        programs.set(run, {programs: [program], host})
        const body = factory(realm.require(run, host.resolve))
        return {call: callback(run, body), end: () => void (run.ended = true)}
      }
    },
    loadTogether: (lead, others) => {
      const start = realm.lead(lead.text, lead.label)
      const factories = others.map((program) => realm.evaluate(program))
      return (host) => {
        const run = realm.newRun(stepsPerRun)
        programs.set(run, {programs: others, host})
        const body = start(realm.require(run, host.resolve), ...factories)
        return {call: callback(run, body), end: () => void (run.ended = true)}
      }
    },
  }
}

/** Names the place from the stack of a realm's error; what is no error is shown as the value it is. */
function toSandboxError(programs: readonly Program[], error: unknown): SandboxError {
  if (error instanceof SandboxError) return error
  if (!types.isNativeError(error)) return new SandboxError(describe(error), undefined)
  return new SandboxError(error.message, locateStack(programs, error.stack ?? '')[0])
}

/** The places in files that a realm's stack names, the innermost first. */
export function locateStack(programs: readonly Program[], stack: string): readonly SourceLocation[] {
  return stack.split('\n').flatMap((frame) => {
    const program = programs.find(({label}) => frame.includes(`${label}:`))
    const [, line, column] = /:(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (!program || !line || !column) return []
    const row = Number(line)
    return [{file: program.source.file, line: row, column: program.originalColumn(row, Number(column))}]
  })
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(withoutFunctions(value))
}

/** A template's own `toJSON` must not be called from here, and its value may hold itself. */
function withoutFunctions(value: unknown, depth = 0): unknown {
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (depth > 5) return '…'
  // Not by the list's own methods, which are the realm's.
  if (Array.isArray(value))
    return Array.prototype.slice.call(value, 0, 100).map((part) => withoutFunctions(part, depth + 1))
  const parts = Object.entries(value).slice(0, 100)
  return Object.fromEntries(parts.map(([key, part]) => [key, withoutFunctions(part, depth + 1)]))
}
