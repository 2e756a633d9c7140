import type {RequestListener} from 'node:http'
import {portTaken, resolvePort} from '../ports.ts'
import type {NamedPortWish} from '../ports.ts'
import type {EngineOptions} from '../types.ts'
import {startGrpcServer} from './grpc/server.ts'
import type {GrpcServer} from './grpc/server.ts'
import type {Service} from './grpc/service.ts'

/** How often a port may go to somebody else between choosing it and opening it. */
const ATTEMPTS = 5

/** Serves on the wished port, or beside it where the wish allows. Throws STITCH_PORT_TAKEN, STITCH_PORT_DENIED. */
export async function listen(
  services: readonly Service[],
  wish: NamedPortWish,
  log: EngineOptions['log'],
  pages?: RequestListener,
): Promise<GrpcServer> {
  for (let attempt = 1; ; attempt++) {
    const port = wish.port === 0 ? 0 : await resolvePort(wish, log)
    try {
      return await startGrpcServer({port, services, pages})
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      if (wish.explicit || attempt === ATTEMPTS) throw await portTaken({...wish, port})
    }
  }
}
