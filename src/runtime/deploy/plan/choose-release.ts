import {StitchError} from '#runtime/kernel/errors.ts'
import {suggestNearest} from '#runtime/kernel/suggest.ts'
import {SOURCE_DIGITS, SOURCE_LABEL} from '../desired/function-specs.ts'
import type {Labels} from '../specs.ts'
import type {Release} from './release.ts'

/** What a live function tells of its release. */
type LiveSource = {
  readonly labels?: Labels
  readonly serviceConfig?: {readonly environmentVariables?: Readonly<Record<string, string>>}
}

/**
 * The newest kept release of which all functions are; undefined where something else is deployed. Pure.
 * @param functions what is there of each
 */
export function currentRelease(releases: readonly Release[], functions: readonly unknown[]): Release | undefined {
  return releases.findLast(
    ({sha256, environment}) =>
      functions.length > 0 &&
      functions.every((live) => {
        const {labels, serviceConfig} = (live ?? {}) as LiveSource
        if (labels?.[SOURCE_LABEL] !== sha256.slice(0, SOURCE_DIGITS)) return false
        const found = serviceConfig?.environmentVariables?.['STITCH_CONFIG']
        return Object.values(environment).some((one) => one['STITCH_CONFIG'] === found)
      }),
  )
}

/**
 * The release that is meant: by its id or the beginning of it, else the one before the current one. Pure.
 * Throws STITCH_RELEASE_NOT_FOUND.
 */
export function chooseRelease(
  releases: readonly Release[],
  {named, current}: {readonly named: string | undefined; readonly current: Release | undefined},
): Release {
  if (named !== undefined) {
    const found = releases.filter(({id}) => id.startsWith(named))
    const exact = found.find(({id}) => id === named) ?? (found.length === 1 ? found[0] : undefined)
    if (exact) return exact
    const ids = releases.map(({id}) => id)
    const nearest = found.length > 1 ? found.at(-1)!.id : suggestNearest(named, ids)
    throw notFound(
      found.length > 1 ? `${found.length} releases begin with ${named}` : `There is no kept release ${named}`,
      nearest === undefined ? [] : [`did you mean ${nearest}`],
    )
  }
  if (!current) throw notFound('What is deployed is none of the kept releases', [])
  const before = releases[releases.indexOf(current) - 1]
  if (before) return before
  throw notFound(`There is no kept release before ${current.id}`, [])
}

function notFound(what: string, hints: readonly string[]): StitchError {
  return new StitchError(`${what}, so nothing was rolled back.`, {
    code: 'STITCH_RELEASE_NOT_FOUND',
    exit: 'deploy',
    hints: [...hints, 'stitch rollback --list', 'stitch rollback RELEASE'],
  })
}
