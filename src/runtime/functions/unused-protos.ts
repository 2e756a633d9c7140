import type {Plugin} from 'esbuild'

/**
 * Generated message classes that the Google clients load only to export them again for their users' type checks. Over
 * gRPC the clients work from the JSON descriptors beside them, so these are the larger half of an untrimmed bundle and
 * about a quarter of its loading time. Firestore's own (`firestore-api/build/protos/protos.js`) stays: its serializer
 * uses it.
 */
const UNUSED =
  /[\\/](?:@google-cloud[\\/]pubsub(?:-api)?[\\/]build[\\/]protos[\\/]protos|google-gax[\\/]build[\\/]protos[\\/](?:iam_service|locations))\.js$/

/** Leaves those classes out; whoever reads one meets `undefined` at once, which the isolation test would show. */
export const withoutUnusedProtos: Plugin = {
  name: 'without-unused-protos',
  setup(build) {
    build.onLoad({filter: UNUSED}, () => ({contents: '', loader: 'js'}))
  },
}
