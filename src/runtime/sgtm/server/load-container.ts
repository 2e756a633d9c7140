import {StitchError} from '#runtime/kernel/errors.ts'
import {builtInTemplate} from '../built-in/templates.ts'
import {compileCode, toProblem} from '../compile-template.ts'
import {invalid} from '../definition/invalid.ts'
import type {Run, RunHost, Sandbox} from '../sandbox/sandbox.ts'
import {dropEmptied} from '../tpl/build-data.ts'
import {checkValues} from '../tpl/check-values.ts'
import {parseTemplate} from '../tpl/parse-template.ts'
import {readTemplate, templateInvalid} from '../tpl/read-template.ts'
import type {Problem, Template, TemplateKind} from '../tpl/template.ts'
import type {
  ClientDefinition,
  ContainerDefinition,
  Implementation,
  Parameters,
  TagDefinition,
  TemplateSource,
  TransformationDefinition,
  TriggerDefinition,
  VariableDefinition,
} from '../types.ts'
import {referencesIn} from '../variables/references.ts'
import {findCycle} from '../variables/find-cycle.ts'

/** A template compiled into the sandbox, with the storage that all its runs share. */
export type LoadedTemplate = {
  readonly template: Template
  readonly start: (host: RunHost) => Run
  readonly storage: Map<string, unknown>
}

/** A template under the name of the client, tag or variable that uses it. */
export type Instance = {readonly name: string; readonly loaded: LoadedTemplate}

/** What runs for a client, tag or variable; what cannot run says why. */
export type LoadedCode =
  | {readonly kind: 'template'; readonly loaded: LoadedTemplate}
  | {readonly kind: 'built-in'; readonly type: string}
  | {readonly kind: 'broken'; readonly reason: string}

type Configured = {readonly name: string; readonly code: Implementation; readonly parameters: Parameters}
type Loaded<T extends Configured> = Omit<T, 'code'> & {readonly code: LoadedCode}
export type LoadedClient = Loaded<ClientDefinition>
export type LoadedTag = Loaded<TagDefinition>
export type LoadedVariable = Loaded<VariableDefinition> & {readonly isFresh: boolean}

export type LoadedContainer = {
  readonly isExport: boolean
  readonly id: string
  readonly version: string
  /** Highest priority first; equal ones in the order of the definition. */
  readonly clients: readonly LoadedClient[]
  /** Likewise. */
  readonly tags: readonly LoadedTag[]
  readonly triggers: ReadonlyMap<string, TriggerDefinition>
  readonly variables: ReadonlyMap<string, LoadedVariable>
  readonly transformations: readonly TransformationDefinition[]
  readonly warnings: readonly Problem[]
}

/**
 * Reads and compiles everything a container consists of. A template of an export that cannot be compiled costs only what
 * uses it, as it was accepted elsewhere; one in a file is the project's own and must be right.
 * @throws {StitchError} for a broken definition or template
 */
export async function loadContainer(definition: ContainerDefinition, sandbox: Sandbox): Promise<LoadedContainer> {
  const {id, version, triggers, transformations} = definition
  const cycle = findCycle(new Map(definition.variables.map(({name, parameters}) => [name, referencesIn(parameters)])))
  if (cycle) {
    throw invalid(`The variables ${cycle.join(' -> ')} name each other in a circle, so no container was started.`, [])
  }
  const warnings: Problem[] = []
  const load = createTemplateLoader(sandbox, warnings)
  const loadCode = async (code: Implementation, kind: TemplateKind): Promise<LoadedCode> => {
    if (code.kind === 'template') return await load(code.template, kind)
    if (isAbsent(code)) return {kind: 'broken', reason: `its template ${code.type} is not in the export`}
    const own = builtInTemplate(code.type)
    return own === undefined ? code : await load({file: own}, kind)
  }
  const all = async <T extends Configured>(items: readonly T[], kind: TemplateKind): Promise<readonly Loaded<T>[]> => {
    const loaded: Loaded<T>[] = []
    for (const item of items) {
      const code = await loadCode(item.code, kind)
      const template = code.kind === 'template' ? code.loaded.template : undefined
      // What an export has was let pass by the form itself.
      if (template && definition.source !== 'export') warnings.push(...checkItem(item, template))
      loaded.push({...item, code, parameters: dropEmptied(template?.parameters ?? [], item.parameters)})
    }
    return loaded
  }
  const byPriority = (a: {readonly priority: number}, b: {readonly priority: number}): number => b.priority - a.priority
  const variables = await all([...definition.variables, eventVariable], 'MACRO')
  return {
    isExport: definition.source === 'export',
    id,
    version,
    clients: (await all(definition.clients, 'CLIENT')).toSorted(byPriority),
    tags: (await all(definition.tags, 'TAG')).toSorted(byPriority),
    triggers: new Map(triggers.map((trigger) => [trigger.id, trigger])),
    variables: new Map(variables.map((variable) => [variable.name, {...variable, isFresh: isRandom(variable.code)}])),
    transformations: transformations.toSorted(byPriority),
    warnings,
  }
}

/** What was typed into an item's form and would not have been let pass. */
function checkItem({name, parameters}: Configured, {file, parameters: fields}: Template): readonly Problem[] {
  return checkValues(fields, parameters).map(({parameter, message}) => ({
    section: 'TEMPLATE_PARAMETERS',
    message: `The form of "${name}" would not let the parameter ${parameter} pass: ${message}.`,
    at: {file, line: 1, column: 1},
  }))
}

/** Every container has it, switched on or not: conditions of custom events ask for it. */
const eventVariable: VariableDefinition = {
  name: '_event',
  code: {kind: 'built-in', type: 'EVENT_NAME'},
  parameters: {},
  format: {instead: {}},
}

/** Whether the type is that of a template which the export does not hold. */
export function isAbsent(code: Implementation): boolean {
  return code.kind === 'built-in' && code.type.startsWith('cvt_')
}

function isRandom(code: LoadedCode): boolean {
  return code.kind === 'built-in' && (code.type === 'r' || code.type === 'RANDOM_NUMBER')
}

type LoadTemplate = (source: TemplateSource, kind: TemplateKind) => Promise<LoadedCode>

/** Compiles each template once, however many instances it has. */
function createTemplateLoader(sandbox: Sandbox, warnings: Problem[]): LoadTemplate {
  const known = new Map<string, LoadedTemplate>()
  return async (source, kind) => {
    const {file, text} = source
    const key = text ?? file
    try {
      const loaded = known.get(key) ?? compileTemplate(await readSource(source), sandbox, warnings)
      known.set(key, loaded)
      if (loaded.template.kind === kind) return {kind: 'template', loaded}
      throw invalid(`The template ${file} is a ${loaded.template.kind}, so it cannot be used as a ${kind}.`, [])
    } catch (error) {
      if (text === undefined || !(error instanceof StitchError)) throw error
      return {kind: 'broken', reason: [error.message, ...error.hints].join('\n')}
    }
  }
}

async function readSource({file, text}: TemplateSource): Promise<Template> {
  if (text === undefined) return await readTemplate(file)
  const parsed = parseTemplate(file, text)
  if (!parsed.ok) throw templateInvalid(file, parsed.problems)
  return parsed.template
}

/** Compiles a template into a sandbox. @throws {StitchError} STITCH_TEMPLATE_INVALID with every refusal */
function compileTemplate(template: Template, sandbox: Sandbox, warnings: Problem[]): LoadedTemplate {
  const program = compileCode(template)
  warnings.push(...template.warnings, ...program.warnings.map(toProblem))
  return {template, start: sandbox.load(program), storage: new Map()}
}
