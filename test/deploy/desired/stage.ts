import {packageRoot} from '../../package-root.ts'
import {resolveConfig} from '#runtime/config/resolve.ts'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {describeDesired} from '#runtime/deploy/desired/desired.ts'
import {resolveStage, type StageFlags} from '#runtime/deploy/settings.ts'
import type {Spec} from '#runtime/deploy/specs.ts'

/** The demo's configuration for a real project, with a `deploy` part. */
export async function demoConfig(deploy: object = {}): Promise<ResolvedConfig> {
  const demoFile = `${packageRoot}/fixtures/stitch.config.json`
  const config = await resolveConfig({cwd: '/nowhere', file: undefined, demoFile, overrides: {}})
  return {
    ...config,
    project: 'acme-tagging',
    deploy: {...config.deploy, sgtmUrl: 'https://sgtm.acme.example', ...deploy},
  }
}

/** Everything that a stage of the demo consists of. */
export async function demoDesired(
  deploy: object = {},
  flags: StageFlags = {},
  builder?: string,
): Promise<readonly Spec[]> {
  const config = await demoConfig(deploy)
  return describeDesired({...(await resolveStage(config, flags)), config, sha256: 'ab'.repeat(32), builder})
}
