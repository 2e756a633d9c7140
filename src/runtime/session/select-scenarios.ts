import {basename} from 'node:path'
import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import type {Scenario} from '#runtime/fixtures/scenario.ts'

export type Selection = {
  /** Id of a scenario, or the path of its file; undefined for all default ones. */
  readonly scenario: string | undefined
  /** Texts of which a step's name or title must contain one; none means all steps. */
  readonly only: readonly string[]
  readonly async: boolean
}

/**
 * The scenarios to run, with the steps to run. Without a name: all default ones, those with an asynchronous step only
 * with `--async`. Throws STITCH_SCENARIO_UNKNOWN (exit usage) with the nearest name, STITCH_ASYNC_NEEDED when a named
 * one needs `--async`, STITCH_NOTHING_SELECTED when no step is left.
 */
export function selectScenarios(all: readonly Scenario[], {scenario: name, only, async}: Selection): Scenario[] {
  const chosen =
    name === undefined
      ? all.filter((scenario) => scenario.default && (async || !scenario.async))
      : [findScenario(all, name)]
  for (const scenario of chosen) {
    if (scenario.async && !async) {
      throw new StitchError(`The scenario ${scenario.id} has asynchronous steps, so it was not run without Pub/Sub.`, {
        code: 'STITCH_ASYNC_NEEDED',
        exit: 'usage',
        hints: [`stitch simulate ${scenario.id} --async`],
      })
    }
  }
  const wanted =
    only.length === 0 ? chosen : chosen.map((scenario) => ({...scenario, steps: pickSteps(scenario, only)}))
  const left = wanted.filter(({steps}) => steps.length > 0)
  if (left.length > 0) return left
  throw new StitchError(
    only.length > 0
      ? `No step's name contains ${only.join(' or ')}, so nothing was run.`
      : 'There is no scenario to run, so nothing was run.',
    {
      code: 'STITCH_NOTHING_SELECTED',
      exit: 'usage',
      hints: [
        `steps: ${[...new Set(chosen.flatMap(({steps}) => steps.map((step) => step.name)))].slice(0, 12).join(', ')}`,
      ],
    },
  )
}

/** The steps that are asked for and those that they quote, in their order. */
function pickSteps(scenario: Scenario, only: readonly string[]): Scenario['steps'] {
  const needed = new Set(
    scenario.steps
      .filter((step) => only.some((text) => step.name.includes(text) || step.title.includes(text)))
      .map(({name}) => name),
  )
  for (const step of scenario.steps.toReversed()) {
    if (!needed.has(step.name)) continue
    for (const [, name = ''] of JSON.stringify(step.request).matchAll(/\$\{([^}.]*)/g)) needed.add(name)
    if (step.expect.sameAs) needed.add(step.expect.sameAs)
  }
  return scenario.steps.filter(({name}) => needed.has(name))
}

function findScenario(all: readonly Scenario[], name: string): Scenario {
  const id = basename(name, '.json')
  const found = all.find((scenario) => scenario.id === id)
  if (found) return found
  const ids = all.map((scenario) => scenario.id)
  const nearest = suggestNearest(id, ids)
  throw new StitchError(`There is no scenario ${id}, so nothing was run.`, {
    code: 'STITCH_SCENARIO_UNKNOWN',
    exit: 'usage',
    hints: [...(nearest ? [`did you mean ${nearest}`] : []), `scenarios: ${ids.join(', ')}`],
  })
}
