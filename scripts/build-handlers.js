// Builds the handlers' bundle, the very bytes that are simulated and deployed: dist/functions/index.js and package.json;
// and dist/handlers.d.ts, the types of a project's own logic.
import {copyFileSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {deflateRawSync} from 'node:zlib'
import {writeBundle} from '../src/runtime/functions/write-bundle.ts'

/** Google's direct upload limit is far higher; this keeps cold starts and our own attention. */
const MOST_ZIPPED_BYTES = 1_000_000

const entry = fileURLToPath(new URL('../src/runtime/handlers/gcp.ts', import.meta.url))
const outFile = fileURLToPath(new URL('../dist/functions/index.js', import.meta.url))
const bundle = await writeBundle({entry, outFile})
// It holds types only, and is its own declaration.
copyFileSync(
  fileURLToPath(new URL('../src/runtime/handlers/handlers-file.ts', import.meta.url)),
  fileURLToPath(new URL('../dist/handlers.d.ts', import.meta.url)),
)
const zipped = deflateRawSync(readFileSync(outFile), {level: 9}).length
process.stdout.write(`handlers: ${bundle.bytes} bytes, ${zipped} zipped, sha256 ${bundle.sha256}\n`)
if (zipped > MOST_ZIPPED_BYTES) {
  throw new Error(`The bundle has ${zipped} bytes zipped, so it is not accepted: ${MOST_ZIPPED_BYTES} is the limit.`)
}
