import {z} from 'zod'
import {DeployPart} from './deploy-schema.ts'

/** A path as the system takes it. */
const Path = z
  .string()
  .min(1, {error: 'is empty'})
  .refine((text) => !text.includes('\0'), {error: 'holds a NUL character'})

const Port = z.int().min(0).max(65_535)
const Pattern = z.string().refine((text) => isPattern(text), {error: 'is not a valid regular expression'})
/** Dotted attribute paths such as `crm.segment`. */
const AttributeList = z.array(z.string().min(1))

const Namespace = z.strictObject({
  match: Pattern,
  normalise: z.array(z.enum(['trim', 'lower', 'nfkc'])).optional(),
  browserLookup: z.boolean().optional(),
})

const Kind = z
  .strictObject({
    match: Pattern.optional(),
    collection: z.string().min(1).optional(),
    /** The project's own logic finds the attributes, instead of a collection. */
    resolver: z.literal(true).optional(),
    graph: z.boolean().optional(),
    browserLookup: z.boolean().optional(),
    namespaces: z.record(z.string(), Namespace).optional(),
  })
  .check(({value, issues}) => {
    if (value.collection === undefined && !value.resolver) {
      issues.push({code: 'custom', path: ['collection'], message: 'is missing, and there is no resolver', input: value})
    }
    if (value.resolver && (value.collection !== undefined || value.graph || value.namespaces)) {
      const message = 'cannot stand beside a collection, graph or namespaces'
      issues.push({code: 'custom', path: ['resolver'], message, input: value})
    }
  })

/** The part of the configuration that travels with the functions, locally and deployed. */
const FunctionsPart = {
  kinds: z.record(z.string(), Kind),
  destinations: z.strictObject({
    browser: z.record(z.string(), AttributeList).default({}),
    server: z.record(z.string(), AttributeList).default({}),
  }),
  sensitive: z.record(z.string(), AttributeList).default({}),
  blockedValues: z.array(Pattern).default([]),
  identities: z.strictObject({collection: z.string().min(1).default('identities')}).prefault({}),
  requests: z
    .strictObject({
      collection: z.string().min(1).default('requests'),
      ttlSeconds: z.int().positive().default(3600),
    })
    .prefault({}),
  deadlines: z
    .strictObject({
      functionMs: z.int().positive().default(1200),
      firestoreMs: z.int().positive().default(800),
      callbackMs: z.int().positive().default(2000),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: z.int().positive().default(65_536),
      batch: z.int().min(1).max(50).default(50),
      idBytes: z.int().min(1).max(1500).default(1500),
    })
    .prefault({}),
}

/**
 * A project's `stitch.config.json` (or `.ts`, `.js`, `.mjs` with a default export of the same shape).
 * Unknown keys are errors. Paths are relative to the file.
 */
export const ConfigFile = z
  .strictObject({
    $schema: z.string().optional(),
    project: z
      .string()
      .regex(
        /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
        'must be a Google Cloud project id (6 to 30 lower-case letters, digits or hyphens)',
      )
      .default('demo-stitch'),
    engine: z.enum(['embedded', 'gcloud', 'firebase', 'external']).default('embedded'),
    dataDir: Path.default('.stitch'),
    /** Of the embedded engine: production's, or what Google's emulator lets pass. */
    firestoreLimits: z.enum(['production', 'emulator']).default('production'),
    /** Of the embedded engine: whether transactions lock what they read, or find out at their commit. */
    firestoreConcurrency: z.enum(['pessimistic', 'optimistic']).default('pessimistic'),
    fixtures: Path.default('fixtures'),
    container: Path.default('fixtures/container/container.json'),
    /** Rules for what the container's templates send; without them it is captured. */
    outbound: z.string().min(1).optional(),
    /** The file with the project's own logic, which is bundled with the functions. */
    handlers: z
      .string()
      .regex(/\.[cm]?[jt]s$/, 'must be a .ts, .js or .mjs file')
      .optional(),
    ports: z
      .strictObject({
        sgtm: Port.default(8888),
        firestore: Port.default(8080),
        pubsub: Port.default(8085),
        /** Of the shop's page, in `dev`. */
        page: Port.default(8880),
      })
      .prefault({}),
    topic: z.string().min(3).default('stitch-requests'),
    subscription: z
      .strictObject({
        name: z.string().min(3).default('stitch-worker'),
        ackDeadlineSeconds: z.int().min(10).max(600).default(10),
        minBackoffSeconds: z.number().min(0).max(600).default(1),
        maxBackoffSeconds: z.number().min(0).max(600).default(60),
        maxDeliveryAttempts: z.int().min(5).max(100).default(5),
        deadLetterTopic: z.string().min(3).default('stitch-dead-letter'),
      })
      .prefault({}),
    cors: z.strictObject({origins: z.array(z.string()).default([])}).prefault({}),
    deploy: DeployPart.prefault({}),
    ...FunctionsPart,
  })
  .check(({value, issues}) => {
    if (value.handlers !== undefined) return
    for (const [name, {resolver}] of Object.entries(value.kinds)) {
      const message = 'needs a file of your own, and handlers names none'
      if (resolver) issues.push({code: 'custom', path: ['kinds', name, 'resolver'], message, input: value})
    }
  })

export type ConfigFile = z.infer<typeof ConfigFile>

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
