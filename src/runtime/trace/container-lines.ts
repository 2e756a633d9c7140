import {fitCells, wrapCells} from './cells.ts'
import {containerSteps, denials} from './container-runs.ts'
import type {ContainerStep} from './container-runs.ts'
import {formatDuration} from './durations.ts'
import {piece} from './lines.ts'
import type {Line, Look} from './lines.ts'
import type {RequestView} from './view.ts'

type Layout = {
  readonly columns: number
  readonly indent: number
  /** With everything that went as it should; without, only what a person has to know. */
  readonly all: boolean
}

type Used = ContainerStep['tags'][number]['variables']

/** Lines of a value that are shown; the log has more of it. */
const VALUE_LINES = 3

/**
 * What the server container did for a request: which client took it and why others did not, which triggers held, which
 * tags fired with which variables, and what templates were denied.
 */
export function containerLines(request: RequestView, layout: Layout): readonly Line[] {
  const steps = containerSteps(request).flatMap((step) => stepLines(step, layout))
  const denied = denials(request).flatMap(({template, api, wanted, permission}) =>
    markedLines('✗', 'fail', template, `denied to ${wanted}: ${permission} is not declared, ${api} asked`, layout),
  )
  return [...steps, ...denied]
}

function stepLines(step: ContainerStep, layout: Layout): readonly Line[] {
  const {all} = layout
  const unclaimed = step.clients.length > 0 && step.clients.every(({outcome}) => outcome !== 'claimed')
  const clients = step.clients.flatMap((client) => (all || unclaimed ? clientLines(client, layout) : []))
  const triggers = all ? step.triggers.flatMap((trigger) => triggerLines(trigger, layout)) : []
  const tags = step.tags.flatMap((tag) => (all || isTelling(tag) ? tagLines(tag, layout) : []))
  const lines = [...clients, ...triggers, ...tags]
  if (lines.length === 0) return []
  return [
    ...wrapCells(step.name, layout.columns - layout.indent).map((text) => indented(layout, [piece(text, 'strong')])),
    ...lines,
  ]
}

/** Whether a tag did something else than to succeed, or than not to be meant. */
function isTelling({outcome, status}: ContainerStep['tags'][number]): boolean {
  return outcome === 'fired' ? status !== 'success' : outcome === 'setup_failed' || outcome === 'no_consent'
}

function clientLines(client: ContainerStep['clients'][number], layout: Layout): readonly Line[] {
  const {outcome, reason, variables} = client
  const text = [words[outcome] ?? outcome, reason].filter((part) => part !== undefined).join(': ')
  const [sign, look] =
    outcome === 'claimed'
      ? (['✓', 'pass'] as const)
      : outcome === 'failed'
        ? (['✗', 'fail'] as const)
        : (['·', 'dim'] as const)
  return [...markedLines(sign, look, `client ${client.client}`, text, layout), ...variableLines(variables, layout)]
}

function triggerLines(
  {trigger, holds, reason, conditions}: ContainerStep['triggers'][number],
  layout: Layout,
): readonly Line[] {
  const [sign, look] = holds ? (['✓', 'pass'] as const) : (['·', 'dim'] as const)
  const decided = holds ? conditions : conditions.slice(-1)
  const told = decided.map(
    ({left, operator, right, value, problem}) =>
      `${left} ${operator} "${right}"${problem === undefined ? (holds ? '' : `, was "${value}"`) : `: ${problem}`}`,
  )
  const text = [holds ? 'holds' : 'does not hold', [reason, ...told].filter((part) => part !== undefined).join(' and ')]
  return markedLines(sign, look, `trigger ${trigger}`, text.filter((part) => part !== '').join(': '), layout)
}

function tagLines(tag: ContainerStep['tags'][number], layout: Layout): readonly Line[] {
  const {outcome, status, durationMs, because, transformed, placeholder, variables} = tag
  const fired = outcome === 'fired'
  const [sign, look] = fired
    ? status === 'success'
      ? (['✓', 'pass'] as const)
      : (['✗', 'fail'] as const)
    : isTelling(tag)
      ? (['✗', 'warn'] as const)
      : (['·', 'dim'] as const)
  const head = fired ? `${status ?? 'fired'} in ${formatDuration(durationMs ?? 0)}` : (words[outcome] ?? outcome)
  const more = [
    `${head}${fired ? ', by' : ':'} ${because}`,
    ...(transformed.length > 0 ? [`sees the event as ${transformed.join(', ')} left it`] : []),
    ...(placeholder ? ["Google's own: stands in, captured only"] : []),
  ]
  return [...markedLines(sign, look, `tag ${tag.tag}`, more.join('; '), layout), ...variableLines(variables, layout)]
}

const words: Readonly<Record<string, string>> = {
  claimed: 'claimed the request',
  declined: 'declined',
  failed: 'failed',
  not_asked: 'not asked',
  cannot_run: 'cannot run',
  not_triggered: 'not triggered',
  blocked: 'blocked',
  paused: 'paused',
  no_consent: 'no consent',
  setup_failed: 'not fired',
  not_repeated: 'not fired again',
}

/** A sign, a name and what there is to say, which goes on below where it is long. */
function markedLines(sign: string, look: Look, name: string, text: string, layout: Layout): readonly Line[] {
  const nameCells = Math.min(32, Math.floor((layout.columns - layout.indent) / 3))
  const textCells = Math.max(20, layout.columns - layout.indent - nameCells - 3)
  return wrapCells(text, textCells).map((part, index) =>
    indented(layout, [
      piece(index === 0 ? `${sign} ` : '  ', look),
      piece(fitCells(index === 0 ? name : '', nameCells), index === 0 && look === 'fail' ? 'fail' : 'plain'),
      piece(` ${part}`, look === 'fail' ? 'fail' : 'dim'),
    ]),
  )
}

function variableLines(variables: Used, {all, columns, indent}: Layout): readonly Line[] {
  if (!all) return []
  return variables.flatMap(({name, value, problem}) => {
    const text = `{{${name}}} = ${value}${problem === undefined ? '' : ` (${problem})`}`
    const lines = wrapCells(text, columns - indent - 4)
    const shown = lines.length > VALUE_LINES ? [...lines.slice(0, VALUE_LINES - 1), '…'] : lines
    return shown.map((line): Line => [
      piece(' '.repeat(indent + 4)),
      piece(line, problem === undefined ? 'plain' : 'warn'),
    ])
  })
}

function indented({indent}: Layout, line: Line): Line {
  return indent === 0 ? line : [piece(' '.repeat(indent)), ...line]
}
