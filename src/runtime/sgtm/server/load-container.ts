import {StitchError} from '#runtime/kernel/errors.ts'
import {compileCode, toProblem} from '../compile-template.ts'
import type {Run, RunHost, Sandbox} from '../sandbox/sandbox.ts'
import {buildData} from '../tpl/build-data.ts'
import {readTemplate} from '../tpl/read-template.ts'
import type {Problem, Template, TemplateKind} from '../tpl/template.ts'
import type {ContainerDefinition, Parameters} from '../types.ts'

/** A template compiled into the sandbox, with the storage that all its runs share. */
type LoadedTemplate = {
  readonly template: Template
  readonly start: (host: RunHost) => Run
  readonly storage: Map<string, unknown>
}

/** A client or tag: a template with the values of its parameters. */
export type Instance = {
  readonly name: string
  readonly loaded: LoadedTemplate
  readonly data: Readonly<Record<string, unknown>>
}

export type LoadedTag = Instance & {
  readonly id: string
  /** Events on which the tag fires. */
  readonly events: ReadonlySet<string>
  readonly metadata: Readonly<Record<string, string>>
}

export type LoadedContainer = {
  /** Highest priority first; equal ones in the order of the definition. */
  readonly clients: readonly Instance[]
  readonly tags: readonly LoadedTag[]
  readonly warnings: readonly Problem[]
}

/** Reads and compiles everything a container consists of. @throws {StitchError} for a broken definition or template. */
export async function loadContainer(definition: ContainerDefinition, sandbox: Sandbox): Promise<LoadedContainer> {
  const templates = new Map<string, LoadedTemplate>()
  const warnings: Problem[] = []
  const load = async (file: string, kind: TemplateKind): Promise<LoadedTemplate> => {
    const known = templates.get(file)
    const loaded = known ?? compileTemplate(await readTemplate(file), sandbox, warnings)
    templates.set(file, loaded)
    if (loaded.template.kind === kind) return loaded
    throw new StitchError(`The template ${file} is a ${loaded.template.kind}, so it cannot be used as a ${kind}.`, {
      code: 'STITCH_CONTAINER_INVALID',
      exit: 'config',
    })
  }
  const instance = async (
    item: {name: string; template: string; parameters: Parameters},
    kind: TemplateKind,
  ): Promise<Instance> => {
    const loaded = await load(item.template, kind)
    return {name: item.name, loaded, data: buildData(loaded.template.parameters, item.parameters)}
  }

  const clients: Instance[] = []
  for (const client of [...definition.clients].sort((a, b) => b.priority - a.priority))
    clients.push(await instance(client, 'CLIENT'))
  const events = new Map(definition.triggers.map(({name, event}) => [name, event]))
  const tags: LoadedTag[] = []
  for (const [index, tag] of definition.tags.entries()) {
    const fires = tag.triggers.map((trigger) => events.get(trigger) ?? unknownTrigger(tag.name, trigger))
    tags.push({
      ...(await instance(tag, 'TAG')),
      id: String(index + 1),
      events: new Set(fires),
      metadata: tag.metadata ?? {},
    })
  }
  return {clients, tags, warnings}
}

/** Compiles a template into a sandbox. @throws {StitchError} STITCH_TEMPLATE_INVALID with every refusal */
function compileTemplate(template: Template, sandbox: Sandbox, warnings: Problem[]): LoadedTemplate {
  const program = compileCode(template)
  warnings.push(...template.warnings, ...program.warnings.map(toProblem))
  return {template, start: sandbox.load(program), storage: new Map()}
}

function unknownTrigger(tag: string, trigger: string): never {
  throw new StitchError(
    `The tag "${tag}" names the trigger "${trigger}", which does not exist, so no container was started.`,
    {
      code: 'STITCH_CONTAINER_INVALID',
      exit: 'config',
      hints: ['Add the trigger to `triggers` in container.json, or correct its name in the tag.'],
    },
  )
}
