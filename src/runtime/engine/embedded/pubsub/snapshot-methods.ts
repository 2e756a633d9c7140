import type {Method, Service} from '../grpc/service.ts'
import {toMs, wire, type Snapshot} from './codec.ts'
import type {Hub} from './hub.ts'
import {invalid, projectOf} from './names.ts'
import {applyMask, pageOf} from './pages.ts'
import {unary} from './unary.ts'

/** Seek and the methods about snapshots, of google.pubsub.v1.Subscriber and Publisher. */
export function snapshotMethods(hub: Hub): Service {
  const {snapshots} = hub
  const encode = (snapshot: Snapshot) => wire.snapshot.encode(snapshot).finish()
  const method = (handle: (request: Buffer) => Uint8Array): Method => unary(hub, handle)
  const path = (name: string) => `/google.pubsub.v1.Subscriber/${name}`
  return {
    [path('Seek')]: method((bytes) => {
      const {subscription, time, snapshot} = wire.seek.decode(bytes)
      const at = toMs(time)
      if (snapshot) hub.seekToSnapshot(subscription ?? '', snapshot)
      else if (at !== undefined) hub.seekToTime(subscription ?? '', at)
      else throw invalid('A seek needs a time or a snapshot.')
      return wire.empty
    }),
    [path('CreateSnapshot')]: method((bytes) => {
      const {name, subscription, labels} = wire.createSnapshot.decode(bytes)
      return encode(snapshots.create({name: name ?? '', labels: labels ?? {}}, hub.attached(subscription)))
    }),
    [path('GetSnapshot')]: method((bytes) => encode(snapshots.get(wire.snapshotName.decode(bytes).snapshot))),
    [path('ListSnapshots')]: method((bytes) => {
      const request = wire.listSnapshots.decode(bytes)
      const own = snapshots.list().filter(([name]) => projectOf(name) === projectOf(request.project))
      const {items, nextPageToken} = pageOf(own, request)
      return wire.snapshots.encode({snapshots: items, nextPageToken}).finish()
    }),
    [path('UpdateSnapshot')]: method((bytes) => {
      const {snapshot, updateMask} = wire.updateSnapshot.decode(bytes)
      const current = snapshots.get(snapshot?.name)
      const next = applyMask(current, snapshot ?? {}, updateMask?.paths ?? [], ['labels', 'expireTime'])
      return encode(snapshots.replace(next))
    }),
    [path('DeleteSnapshot')]: method((bytes) => {
      snapshots.delete(wire.snapshotName.decode(bytes).snapshot ?? '')
      return wire.empty
    }),
    '/google.pubsub.v1.Publisher/ListTopicSnapshots': method((bytes) => {
      const request = wire.listTopicSubscriptions.decode(bytes)
      hub.topic(request.topic)
      const own = snapshots.list().filter(([, {topic}]) => topic === request.topic)
      const {items, nextPageToken} = pageOf(
        own.map(([name]) => [name, name]),
        request,
      )
      return wire.topicSnapshots.encode({snapshots: items, nextPageToken}).finish()
    }),
  }
}
