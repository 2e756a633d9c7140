// Builds the handlers' bundle, the very bytes that are simulated and deployed: dist/functions/index.js and package.json.
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {deflateRawSync} from 'node:zlib'
import {writeBundle} from '../src/runtime/functions/write-bundle.ts'

/** Google's direct upload limit is far higher; this keeps cold starts and our own attention. */
const MOST_ZIPPED_BYTES = 1_000_000

const entry = fileURLToPath(new URL('../src/runtime/handlers/gcp.ts', import.meta.url))
const outFile = fileURLToPath(new URL('../dist/functions/index.js', import.meta.url))
const bundle = await writeBundle({entry, outFile})
const zipped = deflateRawSync(readFileSync(outFile), {level: 9}).length
process.stdout.write(`handlers: ${bundle.bytes} bytes, ${zipped} zipped, sha256 ${bundle.sha256}\n`)
if (zipped > MOST_ZIPPED_BYTES) {
  throw new Error(`The bundle has ${zipped} bytes zipped, so it is not accepted: ${MOST_ZIPPED_BYTES} is the limit.`)
}
