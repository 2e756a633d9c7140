import {readFileSync} from 'node:fs'
import {findPackageJSON} from 'node:module'
import {dirname, extname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

/**
 * Arguments of Node for the unmodified functions-framework, as its own command line has them, behind our preload.
 * The program is what its package.json names as its binary, since its `exports` do not.
 */
export function planFrameworkArguments(target: string, bundleFile: string): readonly string[] {
  const packageFile = findPackageJSON('@google-cloud/functions-framework', import.meta.url)!
  const {bin} = JSON.parse(readFileSync(packageFile, 'utf8')) as {bin: Record<string, string>}
  const preload = fileURLToPath(new URL(`./preload${extname(import.meta.url)}`, import.meta.url))
  return [
    '--require',
    preload,
    join(dirname(packageFile), bin['functions-framework']!),
    `--source=${bundleFile}`,
    `--target=${target}`,
    '--signature-type=http',
  ]
}
