import {startEmbeddedEngine} from '#runtime/engine/embedded/start.ts'
import type {Engine, EngineOptions} from '#runtime/engine/types.ts'

/** The embedded engine on free ports; in memory unless a folder is given. */
export function startEmbedded(over: Partial<EngineOptions> = {}): Promise<Engine> {
  return startEmbeddedEngine({
    name: 'embedded',
    dataDir: 'unused',
    inMemory: over.dataDir === undefined,
    projectId: 'demo-stitch',
    firestorePort: {port: 0, explicit: false},
    pubsubPort: {port: 0, explicit: false},
    signal: new AbortController().signal,
    log: () => {},
    ...over,
  })
}
