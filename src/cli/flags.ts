import * as Flags from '@oclif/core/flags'

/** Flags about what answers as Firestore and Pub/Sub, and where. Every one has a STITCH_* variable and a config key. */
export const engineFlags = {
  engine: Flags.string({
    summary: 'What answers as Firestore and Pub/Sub.',
    description:
      'embedded: in this process, nothing to install (default). gcloud: the emulators of the Google Cloud CLI. firebase: those of firebase-tools. external: FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST.',
    options: ['embedded', 'gcloud', 'firebase', 'external'],
    helpGroup: 'ENGINE',
    env: 'STITCH_ENGINE',
  }),
  project: Flags.string({
    summary: 'Google Cloud project id.',
    helpGroup: 'ENGINE',
    helpValue: 'ID',
    env: 'STITCH_PROJECT',
  }),
  'firestore-port': port('Firestore', 8080, 'STITCH_FIRESTORE_PORT'),
  'pubsub-port': port('Pub/Sub', 8085, 'STITCH_PUBSUB_PORT'),
}

/** The server container's port. */
export const sgtmFlags = {'sgtm-port': port('the server container', 8888, 'STITCH_SGTM_PORT')}

/** Another container than the configuration's. */
export const containerFlags = {
  container: Flags.file({
    summary: 'Run this container: an export of GTM (format 2), or a container.json.',
    description:
      'Default: the key container of the configuration. What of an export runs and what only stands in, says stitch container check.',
    helpGroup: 'RUN',
    helpValue: 'FILE',
    env: 'STITCH_CONTAINER',
  }),
}

/** The port of the shop's page. */
export const pageFlags = {'page-port': port('the page', 8880, 'STITCH_PAGE_PORT')}

/** Flags about what is written where. */
export const outputFlags = {
  events: Flags.file({
    summary: 'Write the event log (NDJSON) to FILE.',
    helpGroup: 'OUTPUT',
    helpValue: 'FILE',
    env: 'STITCH_EVENTS',
  }),
  report: Flags.string({
    summary:
      'Write a report: text, json, ndjson, junit, html or github, to FILE or stdout. Can be passed multiple times.',
    multiple: true,
    helpGroup: 'OUTPUT',
    helpValue: 'FORMAT[=FILE]',
  }),
  ui: Flags.boolean({
    summary: 'Show the terminal UI where there is a terminal.',
    allowNo: true,
    default: true,
    helpGroup: 'OUTPUT',
    env: 'STITCH_UI',
  }),
  'print-config': Flags.boolean({
    summary: 'Print the resolved configuration and where each value comes from, then stop.',
    helpGroup: 'OUTPUT',
  }),
}

function port(what: string, usual: number, env: string) {
  return Flags.integer({
    summary: `Port of ${what} on 127.0.0.1.`,
    description: `Default: ${usual}, or the next free one; a port given here is never moved. 0 takes any free one.`,
    min: 0,
    max: 65_535,
    helpGroup: 'ENGINE',
    helpValue: 'PORT',
    env,
  })
}
