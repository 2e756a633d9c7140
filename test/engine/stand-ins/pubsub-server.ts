import {startGrpcServer} from '../../../src/runtime/engine/embedded/grpc/server.ts'
import {createPubSub} from '../../../src/runtime/engine/embedded/pubsub/pubsub.ts'
import {openMessages} from '../../../src/runtime/engine/embedded/store/open-messages.ts'

// Serves Pub/Sub from the folder of the first argument, and tells the port to the parent, until it is killed.
const {services} = createPubSub({store: openMessages(process.argv[2]!)})
const {port} = await startGrpcServer({port: 0, services})
process.send!(port)
