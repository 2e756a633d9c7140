import type {ResolvedConfig} from './resolve.ts'

/** What differs between a simulation and a deployment. */
export type FunctionsPlace = {
  readonly project: string
  readonly database: string
  readonly topic: string
  /** Base URL of the server container that the worker calls back. */
  readonly sgtmUrl: string
  /** Whether that may be on this machine; refused everywhere but in a simulation. */
  readonly allowPrivate: boolean
}

/** What the handlers are told in STITCH_CONFIG: the same in a simulation and deployed, but for the place. */
export function functionsConfig(config: ResolvedConfig, place: FunctionsPlace): object {
  const {kinds, blockedValues, destinations, sensitive, identities, requests, deadlines, limits} = config
  const {project, database, topic, sgtmUrl, allowPrivate} = place
  return {
    project,
    database,
    kinds,
    blockedValues,
    destinations,
    sensitive,
    identities,
    requests,
    topic,
    callback: {baseUrl: sgtmUrl, path: '/stitch/callback', allowPrivate},
    deadlines,
    limits,
  }
}
