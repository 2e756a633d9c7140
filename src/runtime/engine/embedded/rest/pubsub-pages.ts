import type {Pages} from './serve.ts'

/**
 * What the official Pub/Sub emulator serves beside the API: a sign of life, and the way to remove everything; and which
 * projects there are.
 */
export function pubsubPages(engine: {
  readonly clear: () => Promise<void>
  readonly projects: () => readonly string[]
}): Pages {
  return (verb, path) => {
    if (path === '/' && (verb === 'GET' || verb === 'HEAD')) return () => 'Ok\n'
    if (path === '/emulator/v1/projects' && verb === 'GET') return () => ({projects: engine.projects()})
    if (path !== '/reset' || verb !== 'POST') return undefined
    return async () => {
      await engine.clear()
      return 'Resetting...\n'
    }
  }
}
