import {openStore} from '#runtime/engine/embedded/store/open-store.ts'

// Run by firestore/store.test.ts in a process of its own, which is killed while it writes: one commit after the other, each
// with a document in two collections, each reported once it is confirmed.
const store = openStore({dataDir: process.argv[2]!})
const nameOf = (path: string) => `projects/p/databases/(default)/documents/${path}`

function commit(time: number): void {
  const after = {createTime: time, updateTime: time, fields: Buffer.alloc(2000, time % 256)}
  const changes = ['left', 'right'].map((side) => ({
    name: nameOf(`${side}/${String(time).padStart(8, '0')}`),
    before: undefined,
    after,
  }))
  store.apply({time, changes})
  process.send!(time, undefined, undefined, () => {
    if (time % 10 === 0) setImmediate(run, time + 1)
  })
}

function run(from: number): void {
  for (let time = from; time < from + 10; time++) commit(time)
}

run(1)
