import {Firestore} from '@google-cloud/firestore'
import {PubSub} from '@google-cloud/pubsub'

type Response = {readonly json: (body: unknown) => void}

/** The clients the handlers use, reached in the handlers' way; stands in for them where only bundling matters. */
export async function lookup(_request: unknown, response: Response): Promise<void> {
  const firestore = new Firestore()
  const snapshot = await firestore.doc('visitors/v-1').get()
  await firestore.terminate()
  response.json({exists: snapshot.exists})
}

export async function worker(_request: unknown, response: Response): Promise<void> {
  const pubsub = new PubSub()
  const messageId = await pubsub.topic('stitch').publishMessage({data: Buffer.from('{}')})
  await pubsub.close()
  response.json({messageId})
}
