import {z} from 'zod'

/** Letters, digits and hyphens, short enough to be appended to every name (service accounts take 30 characters). */
const StageName = z
  .string()
  .regex(/^[a-z][-a-z0-9]{0,14}[a-z0-9]$/, 'must be 2 to 16 lower-case letters, digits or hyphens')

/** How one function runs. Memory in MiB; Cloud Run wants at least one CPU for a concurrency above 1. */
const Service = (defaults: {concurrency: number; maxInstances: number; timeoutSeconds: number}) =>
  z
    .strictObject({
      memoryMb: z
        .union([z.literal(256), z.literal(512), z.literal(1024), z.literal(2048), z.literal(4096)])
        .default(512),
      cpu: z.union([z.literal(1), z.literal(2), z.literal(4)]).default(1),
      concurrency: z.int().min(1).max(1000).default(defaults.concurrency),
      minInstances: z.int().min(0).max(100).default(0),
      maxInstances: z.int().min(1).max(1000).default(defaults.maxInstances),
      timeoutSeconds: z.int().min(1).max(600).default(defaults.timeoutSeconds),
    })
    .prefault({})

const Email = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'must be an e-mail address')
const Role = z.string().regex(/^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/, 'must be a role')

const settings = {
  /** Where the functions run. */
  region: z.string().min(1).default('us-central1'),
  /** The server container's public address, which the worker calls back. */
  sgtmUrl: z.url({protocol: /^https$/}).optional(),
  /** `hmac`: public, every call must be signed. `iam`: only the invokers may call, and calls are signed as well. */
  access: z.enum(['hmac', 'iam']).default('hmac'),
  /** IAM members who may call lookup where `access` is `iam`. */
  invokers: z.array(z.string().regex(/^(user|group|serviceAccount|domain):/, 'must be an IAM member')).default([]),
  firestore: z
    .strictObject({
      /** Default: `(default)`, and a database of its own for a named stage. */
      database: z.string().min(1).optional(),
      /** Default: the region. Cannot be changed once the database is there. */
      location: z.string().min(1).optional(),
    })
    .prefault({}),
  lookup: Service({concurrency: 80, maxInstances: 20, timeoutSeconds: 30}),
  worker: Service({concurrency: 20, maxInstances: 10, timeoutSeconds: 60}),
  /** More roles on the project, for what a handlers' file of one's own reads. */
  roles: z.strictObject({lookup: z.array(Role).default([]), worker: z.array(Role).default([])}).prefault({}),
  /** How many images of each function are kept for going back, and after how many days others are deleted. */
  images: z
    .strictObject({keep: z.int().min(1).max(100).default(5), deleteAfterDays: z.int().min(1).max(365).default(30)})
    .prefault({}),
  /** Builds run as this account. Default: the project's own choice. */
  buildServiceAccount: Email.optional(),
  /** A log-based metric and an alert policy for what lands in the dead-letter topic. */
  alerts: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** Names of notification channels: `projects/P/notificationChannels/N`. */
      channels: z.array(z.string()).default([]),
    })
    .prefault({}),
}

/** The settings of a deployment, all decided. */
export const DeploySettings = z.strictObject(settings)
export type DeploySettings = z.infer<typeof DeploySettings>

/** `deploy` in the configuration: settings of every stage, and what single stages have otherwise. */
export const DeployPart = z.strictObject({...settings, stages: z.record(StageName, z.looseObject({})).default({})})
export type DeployPart = z.infer<typeof DeployPart>
