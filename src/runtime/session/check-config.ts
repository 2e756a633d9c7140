import {loadConfigFile} from '#runtime/config/load-file.ts'
import {functionsConfig} from '#runtime/config/functions-config.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {ConfigFault, parseFunctionsConfig} from '#runtime/handlers/config.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import {localPlace} from './functions-environment.ts'

/**
 * Lets the handlers judge their configuration before anything starts, as they would refuse it in the cloud: a sensitive
 * attribute on a browser's list, a list for a kind that does not exist, a pattern without anchors.
 * Throws STITCH_CONFIG_INVALID (exit config) with the first problem's place and the others as hints.
 */
export async function checkFunctionsConfig(config: ResolvedConfig): Promise<void> {
  try {
    parseFunctionsConfig(functionsConfig(config, localPlace(config, 'http://127.0.0.1')))
  } catch (cause) {
    if (!(cause instanceof ConfigFault)) throw cause
    const [first = '', ...others] = cause.problems
    const {locate} = await loadConfigFile(config.file)
    const at = locate(
      first
        .slice(0, first.indexOf(' '))
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    )
    throw new StitchError(`In the configuration ${first}, so nothing was started.`, {
      code: 'STITCH_CONFIG_INVALID',
      exit: 'config',
      hints: others.map((problem) => `also: ${problem}`),
      ...(at ? {at} : {}),
      cause,
    })
  }
}
