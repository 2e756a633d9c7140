import {setImmediate} from 'node:timers/promises'
import {encodeFields} from '#runtime/engine/embedded/firestore/values/encode.ts'
import {openStore} from '#runtime/engine/embedded/store/open-store.ts'

// Run by firestore/index-build.test.ts in a process of its own: begins or goes on to build an index of the folder of the
// first argument, writes while it does, and is killed after so many turns as the second says.
const root = 'projects/p/databases/(default)/documents'
const [, , dataDir, turns] = process.argv
const store = openStore({
  dataDir: dataDir!,
  indexAbove: 0,
  indexBuild: {atOnce: 0, pieceMs: 0, stepRows: 2, roundBytes: 1500, runBytes: 256},
})
let time = store.lastCommit

/** Writes documents with a number each, or deletes them. */
function write(ids: readonly number[], number: number | undefined): void {
  time++
  const changes = ids.map((id) => {
    const name = `${root}/c/d${id}`
    const fields = encodeFields(new Map([['a', {kind: 'integer', value: BigInt(number ?? 0)} as const]]))
    const after = number === undefined ? undefined : {createTime: time, updateTime: time, fields}
    return {name, before: store.get(name), after}
  })
  store.apply({time, changes: changes.filter(({before, after}) => before ?? after)})
}

if (time === 0) for (let id = 0; id < 300; id++) write([id], id % 7)
void store.buildIndex(`${root}/c`, {path: ['a'], of: 'value'})
for (let turn = 0; turn < Number(turns); turn++) {
  await setImmediate()
  if (turn % 5 === 0)
    write([(turn * 31) % 300, (turn * 17) % 300].slice(0, 1 + (turn % 2)), turn % 3 ? turn : undefined)
}
process.kill(process.pid, 'SIGKILL')
await new Promise(() => setInterval(() => undefined, 1000))
