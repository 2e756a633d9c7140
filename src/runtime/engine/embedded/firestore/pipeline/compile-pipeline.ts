import {invalidArgument} from '../errors.ts'
import type {Stage} from './expression.ts'
import type {CompiledPipeline, Scope} from './scope.ts'
import {SOURCES} from './sources/sources.ts'
import type {Transform} from './stages/stage.ts'
import {STAGES} from './stages/stages.ts'

/** Compiles a source and the stages after it. Throws INVALID_ARGUMENT for what no row could make right. */
export function compilePipeline(stages: readonly Stage[], scope: Scope): CompiledPipeline {
  const [first, ...rest] = stages
  if (!first) throw invalidArgument('A pipeline needs at least one stage.')
  const compile = Object.hasOwn(SOURCES, first.name) ? SOURCES[first.name] : undefined
  if (!compile) {
    const known = Object.hasOwn(STAGES, first.name)
    throw invalidArgument(known ? 'A pipeline must begin with a source.' : `Unknown stage: ${first.name}`)
  }
  const source = compile(first, scope, rest)
  let {variables} = scope
  const transforms = rest.slice(source.taken).map((stage, at): Transform => {
    const compile = Object.hasOwn(STAGES, stage.name) ? STAGES[stage.name] : undefined
    if (!compile) throw invalidArgument(explainUnknown(stage.name))
    if (stage.name === 'search' && at > 0) throw invalidArgument('search must come right after the source.')
    const compiled = compile(stage, {...scope, variables})
    if (compiled.variables) variables = new Set([...variables, ...compiled.variables])
    return compiled.transform
  })
  return {variables, run: (outer) => transforms.reduce((rows, transform) => transform(rows, outer), source.run(outer))}
}

const MODIFYING: ReadonlySet<string> = new Set(['delete', 'update', 'insert', 'upsert'])

function explainUnknown(name: string): string {
  if (Object.hasOwn(SOURCES, name)) return `Stage '${name}' can only begin a pipeline.`
  if (MODIFYING.has(name)) return `Stage '${name}' can only end a pipeline that is not part of another.`
  return `Unknown stage: ${name}`
}
