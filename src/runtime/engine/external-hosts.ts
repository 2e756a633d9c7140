import type {ProbedService} from './probe.ts'

/** One variable that the official clients read themselves, and what it holds. */
export type ExternalHost = {
  readonly service: ProbedService
  readonly name: string
  readonly what: string
  readonly usual: string
  /** As set, without blanks around it; empty when it is not. */
  readonly value: string
  /** `host:port`; undefined when the value is not that. */
  readonly host: string | undefined
}

const VARIABLES = [
  {service: 'firestore', name: 'FIRESTORE_EMULATOR_HOST', what: 'Firestore', usual: '127.0.0.1:8080'},
  {service: 'pubsub', name: 'PUBSUB_EMULATOR_HOST', what: 'Pub/Sub', usual: '127.0.0.1:8085'},
] as const

/** The two emulator variables as they are set. */
export function listExternalHosts(environment: Readonly<Record<string, string | undefined>>): readonly ExternalHost[] {
  return VARIABLES.map((variable) => {
    const value = environment[variable.name]?.trim() ?? ''
    return {...variable, value, host: parseHost(value)}
  })
}

/** Whether a `host:port` never leaves this machine. Whoever connects to 0.0.0.0, where emulators listen, stays here too. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]):\d+$/i.test(host)
}

/** `host:port` as the official clients take it; undefined for anything else, such as an address with a scheme or a path. */
function parseHost(value: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i.exec(value)
  const port = Number(match?.[2])
  return match && port > 0 && port <= 65_535 ? value : undefined
}
