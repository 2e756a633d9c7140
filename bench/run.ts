// npm run bench [NAME…]: every measurement, or those named, one after the other; each prints a table of its own.
import {existsSync} from 'node:fs'
import {root, timeNode} from './measure.ts'

const ALL = [
  'help',
  'cold',
  'roundtrip',
  'reads',
  'messages',
  'contention',
  'grpc',
  'seed',
  'million',
  'store',
  'query',
  'function',
  'template',
]

const names = process.argv.slice(2)
for (const name of names.length > 0 ? names : ALL) {
  const file = `${root}bench/${name}.ts`
  if (!ALL.includes(name) || !existsSync(file)) {
    process.stderr.write(`There is no measurement ${name}, so it was not made. There are: ${ALL.join(', ')}\n`)
    process.exit(2)
  }
  await timeNode(['--conditions=stitch-source', file], 'inherit')
}
