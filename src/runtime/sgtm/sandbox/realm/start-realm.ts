import vm from 'node:vm'
import v8 from 'node:v8'
import {types} from 'node:util'
import {maxDepth} from '../instrument.ts'
import type {Program} from '../program.ts'
import {standardLibrary} from '../standard-library.ts'
import {createBacktrack} from './backtrack.ts'
import {createCharacters} from './characters.ts'
import {pruneLibrary} from './library.ts'
import {guardHost} from './guard-host.ts'
import {createMembrane} from './membrane.ts'
import type {HostSide, RealmSide} from './membrane.ts'
import {createMeter} from './meter.ts'
import type {Meter, RunState} from './meter.ts'
import {createOwnApis} from './own-apis.ts'
import {createRegexes} from './regexes.ts'
import type {TranslateRegex} from './regexes.ts'
import {writeOwnStacks} from './stacks.ts'
import {createPatternCompiler} from './pattern-program.ts'
import {createPromises} from './promises.ts'
import type {Promises} from './promises.ts'

/** What a program's text evaluates to: a function of the realm. */
type Factory = (meter: Meter, ...offered: unknown[]) => (...args: unknown[]) => unknown

/** A V8 realm in which nothing but templates lives, and the trusted code at its walls. */
type Realm = RealmSide &
  Pick<Promises, 'isPromise' | 'observe'> & {
    /** Compiles a program once; every run starts its own copy from the factory. */
    readonly load: (program: Program) => (...offered: unknown[]) => (...args: unknown[]) => unknown
    /** The factory itself, to be handed to trusted code of the realm. */
    readonly evaluate: (program: Program) => Factory
    /** Starts trusted code in the realm. */
    readonly lead: (text: string, label: string) => (...offered: unknown[]) => (...args: unknown[]) => unknown
  }

type RealmHost = Omit<HostSide, 'isPromise' | 'whenSettled'> & {
  readonly later: (ms: number, callback: () => void) => () => void
  readonly unhandled: (run: RunState, reason: unknown) => void
  readonly translateRegex: TranslateRegex
}

/** How far one run may grow the heap, in bytes, garbage that is still to be collected included. */
const maxGrowth = 268_435_456

/**
 * Opens a realm: its own built-ins, no code from strings, no WebAssembly, nothing of Node. The trusted functions are
 * sent in as text because a function belongs to the realm in which it is compiled.
 */
export function startRealm(host: RealmHost): Realm {
  // Lets `new RegExp(text, 'l')` ask for the engine whose time is linear in the text.
  v8.setFlagsFromString('--enable-experimental-regexp-engine')
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {codeGeneration: {strings: false, wasm: false}})
  const evaluate = (text: string, filename: string, firstLine = 1): unknown =>
    new vm.Script(text, {filename, lineOffset: firstLine - 1}).runInContext(context)

  const boot = evaluate(bootText(), 'stitch:realm') as (host: object, library: typeof standardLibrary) => Booted
  const side: HostSide = {
    ...host,
    isPromise: types.isPromise,
    whenSettled: (promise, onValue, onReason) => void (promise as Promise<unknown>).then(onValue, onReason),
  }
  const heapUsed = (): number => v8.getHeapStatistics().used_heap_size
  const now = (): number => performance.now()
  const {membrane, promises, meter} = boot({...host, ...side, heapUsed, now, maxGrowth, maxDepth}, standardLibrary)
  return {
    ...membrane,
    isPromise: promises.isPromise,
    observe: promises.observe,
    load: (program) => {
      const factory = evaluate(program.text, program.label, program.firstLine) as Factory
      return (...offered) => factory(meter, ...offered)
    },
    evaluate: (program) => evaluate(program.text, program.label, program.firstLine) as Factory,
    lead: (text, label) => {
      const factory = evaluate(text, label) as Factory
      return (...offered) => factory(meter, ...offered)
    },
  }
}

type Booted = {readonly membrane: RealmSide; readonly promises: Promises; readonly meter: Meter}

/** Each piece is text of one function that uses nothing from around it. */
function bootText(): string {
  return `(function(outside, library) {
    'use strict'
    const {host, toRealmError} = (${guardHost.toString()})(outside)
    ;(${writeOwnStacks.toString()})()
    const regexes = new WeakMap()
    const meter = (${createMeter.toString()})(host)
    const promises = (${createPromises.toString()})(meter, host)
    const own = {
      ...(${createOwnApis.toString()})(meter, promises),
      ...(${createRegexes.toString()})(meter, regexes, host.translateRegex),
    }
    const membrane = (${createMembrane.toString()})(meter, promises, own, host, toRealmError)
    const backtrack = (${createBacktrack.toString()})(meter, (${createPatternCompiler.toString()})((${createCharacters.toString()})()))
    ;(${pruneLibrary.toString()})(meter, library, regexes, host.translateRegex, backtrack)
    return {membrane, promises, meter}
  })`
}
