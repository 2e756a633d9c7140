import {createRequire} from 'node:module'

/** Parts of the installed firebase-tools, to have its own reading of what we generate. */
const load = createRequire(import.meta.url)

type Env = {readonly parseStrict: (data: string) => Record<string, string>}
type Build = {readonly endpoints: Readonly<Record<string, unknown>>}
type Manifest = {
  readonly buildFromV1Alpha1: (yaml: unknown, project: string, region: string, runtime: string) => Build
}

export const {parseStrict} = load('firebase-tools/lib/functions/env.js') as Env
export const {buildFromV1Alpha1} = load(
  'firebase-tools/lib/deploy/functions/runtimes/discovery/v1alpha1.js',
) as Manifest
