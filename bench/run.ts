// npm run bench [NAME…]: every measurement, or those named, one after the other; each prints a table of its own.
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
const unknown = names.filter((name) => !ALL.includes(name))
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement ${unknown.join(', ')}, so none was made. There are: ${ALL.join(', ')}\n`,
  )
  process.exit(2)
}
for (const name of names.length > 0 ? names : ALL)
  await timeNode(['--conditions=stitch-source', `${root}bench/${name}.ts`], 'inherit')
