import {z} from 'zod'
import {StitchError, type SourceLocation} from '#runtime/kernel/errors.ts'
import type {Json} from './rpc.ts'

/** A message and the subscriptions that have not acknowledged it. */
export type MessageRecord = {
  readonly topic: string
  readonly subscriptions: readonly string[]
  /** google.pubsub.v1.PubsubMessage. */
  readonly message: Json
}

/** One line of an export; docs/engine-data.md describes them. */
export type EngineRecord =
  | {readonly kind: 'document'; readonly value: Json}
  | {readonly kind: 'schema'; readonly value: Json}
  | {readonly kind: 'topic'; readonly value: Json}
  | {readonly kind: 'subscription'; readonly value: Json}
  | {readonly kind: 'message'; readonly value: MessageRecord}

/** What is written is counted by kind. */
export type Counts = Record<EngineRecord['kind'], number>

/** What could not be carried over, and why. */
export type Skipped = {readonly what: string; readonly why: string}

export const FORMAT = 'stitch-engine'
export const FORMAT_VERSION = 1

const Named = z.looseObject({name: z.string().min(1)})

const Header = z.looseObject({format: z.literal(FORMAT), version: z.number().int()})

const Line = z.union([
  z.strictObject({document: Named}),
  z.strictObject({schema: Named}),
  z.strictObject({topic: Named}),
  z.strictObject({subscription: Named}),
  z.strictObject({
    message: z.strictObject({
      topic: z.string().min(1),
      subscriptions: z.array(z.string().min(1)).min(1),
      message: z.looseObject({}),
    }),
  }),
])

export function noCounts(): Counts {
  return {document: 0, schema: 0, topic: 0, subscription: 0, message: 0}
}

/** A record as it stands on its line. */
export function formatRecord({kind, value}: EngineRecord): string {
  return `${JSON.stringify({[kind]: value})}\n`
}

/** Reads the first line. Throws STITCH_ENGINE_DATA_INVALID for a file of another kind or of a newer version. */
export function checkHeader(line: string, at: SourceLocation): void {
  const header = Header.safeParse(readJson(line))
  if (!header.success) throw invalid(`it does not begin with {"format":"${FORMAT}","version":${FORMAT_VERSION}}`, at)
  if (header.data.version > FORMAT_VERSION)
    throw invalid(`it has version ${header.data.version} and this stitch knows versions up to ${FORMAT_VERSION}`, at)
}

/** Reads any other line. Throws STITCH_ENGINE_DATA_INVALID with its place. */
export function parseRecord(line: string, at: SourceLocation): EngineRecord {
  const parsed = Line.safeParse(parseLine(line, at))
  if (!parsed.success) {
    throw invalid('this line is no document, schema, topic, subscription or message', at)
  }
  const [[kind, value] = []] = Object.entries(parsed.data)
  return {kind, value} as EngineRecord
}

/** Undefined for what is no JSON. */
function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function parseLine(line: string, at: SourceLocation): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), at)
  }
}

/** Something is wrong with a line of an export. */
export function invalid(what: string, at: SourceLocation, cause?: unknown): StitchError {
  return new StitchError(`The export cannot be read: ${what}.`, {
    code: 'STITCH_ENGINE_DATA_INVALID',
    exit: 'config',
    at,
    ...(cause === undefined ? {} : {cause}),
  })
}
