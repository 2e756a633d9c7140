import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {z} from 'zod'

const SimulationRecord = z.object({
  version: z.literal(1),
  /** Of the bundle that ran. */
  sha256: z.string(),
  /** `hashConfig` of the configuration it ran with. */
  config: z.string(),
  /** When the verdict was given: ISO 8601, UTC. */
  at: z.iso.datetime(),
  passed: z.int(),
  failed: z.int(),
  /** Whether the path through Pub/Sub was taken too. */
  async: z.boolean(),
  engine: z.string(),
  /** Version of stitch. */
  stitch: z.string(),
})

/** The verdict of the last whole run of `stitch simulate`: every default scenario, with nothing left out. */
export type SimulationRecord = z.infer<typeof SimulationRecord>

/** Where a project's data folder keeps the verdict, and the event log of the last whole run that passed. */
export function simulationFiles(dataDir: string): {readonly record: string; readonly log: string} {
  return {record: join(dataDir, 'simulated.json'), log: join(dataDir, 'simulated.ndjson')}
}

/** Reads the last verdict; undefined where there is none that can be read. */
export async function readSimulation(dataDir: string): Promise<SimulationRecord | undefined> {
  try {
    return SimulationRecord.safeParse(JSON.parse(await readFile(simulationFiles(dataDir).record, 'utf8'))).data
  } catch {
    return undefined
  }
}
