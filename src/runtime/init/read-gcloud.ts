import {readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import type {Told} from './types.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Sections of gcloud's settings that name a region, the nearest to functions first. */
const REGIONS = ['functions', 'run', 'compute']

/**
 * The project and region that gcloud is set to, read from its files (https://cloud.google.com/sdk/docs/configurations)
 * and variables: starting it takes a second. Whatever cannot be read is not set.
 */
export function readGcloud(
  env: Environment = process.env,
  home: string = homedir(),
): {readonly project: Told<string> | undefined; readonly region: Told<string> | undefined} {
  const usual = process.platform === 'win32' ? join(env['APPDATA'] ?? home, 'gcloud') : join(home, '.config/gcloud')
  const folder = env['CLOUDSDK_CONFIG'] || usual
  const name = env['CLOUDSDK_ACTIVE_CONFIG_NAME'] || readText(join(folder, 'active_config'))?.trim() || 'default'
  const settings = parseIni(readText(join(folder, 'configurations', `config_${name}`)) ?? '')
  const told = (variable: string, setting: string): Told<string> | undefined => {
    const set = env[variable]
    if (set) return {value: set, from: variable}
    const value = settings.get(setting)
    return value ? {value, from: name === 'default' ? 'gcloud' : `gcloud configuration ${name}`} : undefined
  }
  return {
    project: told('CLOUDSDK_CORE_PROJECT', 'core.project'),
    region: REGIONS.map((section) => told(`CLOUDSDK_${section.toUpperCase()}_REGION`, `${section}.region`)).find(
      Boolean,
    ),
  }
}

/** `[core]` and `project = x` as `core.project`. */
function parseIni(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) values.set(`${section}.${key}`, value)
  }
  return values
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
