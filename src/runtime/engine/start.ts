import type {Engine, EngineOptions} from './types.ts'

/**
 * Firestore and Pub/Sub by the name of their provider, ready to answer. Only the chosen provider's code is loaded.
 * Throws what the provider throws, all of it StitchErrors: missing tools, taken ports, unreachable hosts.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  switch (options.name) {
    case 'embedded': {
      const {startEmbeddedEngine} = await import('./embedded/start.ts')
      return await startEmbeddedEngine(options)
    }
    case 'gcloud': {
      const {startGcloudEngine} = await import('./gcloud/start.ts')
      return await startGcloudEngine(options)
    }
    case 'firebase': {
      const {startFirebaseEngine} = await import('./firebase/start.ts')
      return await startFirebaseEngine(options)
    }
    case 'external': {
      const {useExternalEngine} = await import('./external.ts')
      return await useExternalEngine(options)
    }
    default:
      return options.name satisfies never
  }
}
