import * as Flags from '@oclif/core/flags'

/** Flags of every command that looks at a deployment: which project, region and stage. */
export const targetFlags = {
  project: Flags.string({
    summary: 'Google Cloud project id.',
    helpGroup: 'TARGET',
    helpValue: 'ID',
    env: 'STITCH_PROJECT',
  }),
  region: Flags.string({
    summary: 'Region of the functions.',
    description: 'Default: deploy.region of the configuration.',
    helpGroup: 'TARGET',
    helpValue: 'REGION',
    env: 'STITCH_REGION',
  }),
  stage: Flags.string({
    summary: 'One of several deployments in the project.',
    description: "Its name is appended to every resource's name. Default: the stage without a suffix.",
    helpGroup: 'TARGET',
    helpValue: 'NAME',
    env: 'STITCH_STAGE',
  }),
}

/** Confirmation without a question. */
export const yesFlag = {
  yes: Flags.boolean({summary: 'Go ahead without asking.', char: 'y', helpGroup: 'RUN', env: 'STITCH_YES'}),
}

/** What deploys functions. */
export const viaFlag = {
  via: Flags.string({
    summary: 'What deploys the functions.',
    description: 'gcp: calls of our own (default). firebase: firebase-tools, for projects that are Firebase projects.',
    options: ['gcp', 'firebase'],
    default: 'gcp',
    helpGroup: 'RUN',
    env: 'STITCH_VIA',
  }),
}
