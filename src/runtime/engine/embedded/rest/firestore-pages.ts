import type {Pages} from './serve.ts'

const DOCUMENTS = /^\/emulator\/v1\/(projects\/[^/]+\/databases\/[^/]+)\/documents$/

/**
 * What the official Firestore emulator serves beside the API: a sign of life, and the ways to empty a database or all
 * of them (https://firebase.google.com/docs/emulator-suite/connect_firestore#clear_your_database_between_tests); and
 * which databases there are.
 */
export function firestorePages(engine: {
  readonly clear: (database?: string) => void
  readonly databases: () => readonly string[]
}): Pages {
  return (verb, path) => {
    if (path === '/' && (verb === 'GET' || verb === 'HEAD')) return () => 'Ok\n'
    if (path === '/reset' && verb === 'POST') {
      return () => {
        engine.clear()
        return 'Resetting...\n'
      }
    }
    if (path === '/emulator/v1/databases' && verb === 'GET') return () => ({databases: engine.databases()})
    const [, database] = DOCUMENTS.exec(path) ?? []
    if (database === undefined || verb !== 'DELETE') return undefined
    return () => {
      engine.clear(database)
      return {}
    }
  }
}
