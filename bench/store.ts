// Settings of node:sqlite for the embedded store: commits of one document and of 500, in the store's own tables.
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {createTables} from '#runtime/engine/embedded/store/schema.ts'
import {interleave, makeFolder, median, printMachine, printTable, ratio} from './measure.ts'

/** Settings by name; the store's own comes first, and the others are compared with it. */
const SETTINGS = {
  'WAL, NORMAL (the store)': 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
  'WAL, FULL': 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
  'WAL, OFF': 'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF',
  'DELETE, FULL': 'PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL',
  'no file': undefined,
} as const
const OWN = 'WAL, NORMAL (the store)'
const COMMITS = 300
const BATCHES = 20
const BATCH = 500

const rounds = Number(process.argv[2] ?? 5)
/** About as large as a visitor of 20 attributes. */
const fields = randomBytes(900)

printMachine()
await compare('Commits of one document', COMMITS, 1)
await compare(`Commits of ${BATCH} documents`, BATCHES, BATCH)

async function compare(title: string, commits: number, size: number): Promise<void> {
  const sides = Object.entries(SETTINGS).map(([name, pragmas]) => [name, () => write(pragmas, commits, size)] as const)
  const figures = await interleave(rounds, Object.fromEntries(sides))
  const rows = Object.entries(figures).map(([name, times]) => [
    name,
    ((median(times) * 1000) / commits).toFixed(0),
    ratio(times, figures[OWN]!),
  ])
  printTable(`${title} (${rounds} rounds)`, ['journal and synchronous', 'us per commit', 'times the store'], rows)
}

/** Milliseconds for commits into a new file, each of which also notes its time as the store does. */
async function write(pragmas: string | undefined, commits: number, size: number): Promise<number> {
  await using folder = await makeFolder()
  const database = new DatabaseSync(pragmas === undefined ? ':memory:' : join(folder.path, 'bench.db'))
  try {
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; ${pragmas ?? ''}; PRAGMA cache_size = -16384`)
    createTables(database)
    const insert = database.prepare('INSERT INTO documents VALUES (1, ?, ?, ?, ?)')
    const note = database.prepare('UPDATE clock SET last_commit = ?')
    const began = performance.now()
    for (let commit = 0; commit < commits; commit++) {
      database.exec('BEGIN IMMEDIATE')
      for (let index = 0; index < size; index++) insert.run(Buffer.from(`v${commit}-${index}`), commit, commit, fields)
      note.run(commit)
      database.exec('COMMIT')
    }
    return performance.now() - began
  } finally {
    database.close()
  }
}
