// Generates the engine's protobuf code, and what its REST face knows, from the protos of the Google clients. Does nothing when it is newer
// than they are.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'
import {readRestSchema} from './rest-schema.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const api = protosOf('@google-cloud/pubsub-api')
const common = protosOf('google-gax')
const protos = [
  ...['google/pubsub/v1/pubsub.proto', 'google/pubsub/v1/schema.proto'].map((file) => join(api, file)),
  join(common, 'google/iam/v1/iam_policy.proto'),
]
const documents = protosOf('@google-cloud/firestore-api')
const folder = join(root, 'src/runtime/engine/embedded/generated')
const output = join(folder, 'pubsub.js')

/** A package's folder of protos: beside us, or where the package manager nested it below its client. */
function protosOf(name) {
  const parents = ['', '@google-cloud/firestore/node_modules', '@google-cloud/pubsub/node_modules']
  const found = parents.map((parent) => join(root, 'node_modules', parent, name, 'build/protos')).find(existsSync)
  if (!found) throw new Error(`The package ${name} is not installed, so the protocol code cannot be built. Run: npm ci`)
  return found
}

const ageOf = (file) => statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0
const scripts = ['scripts/build-protos.js', 'scripts/rest-schema.js'].map((file) => join(root, file))
const inputs = [...protos, join(root, 'node_modules/protobufjs-cli/package.json'), ...scripts]

if (inputs.some((file) => ageOf(file) >= ageOf(output))) {
  mkdirSync(folder, {recursive: true})
  const draft = join(folder, `draft-${process.pid}.js`)
  // Only reading and writing of messages is needed: no services, no plain-object conversion, no verification.
  const off = ['create', 'verify', 'convert', 'delimited', 'comments', 'service'].map((name) => `--no-${name}`)
  const pbjs = join(root, 'node_modules/protobufjs-cli/bin/pbjs')
  const options = ['-t', 'static-module', '-w', 'es6', '--es6', '-r', 'stitch-pubsub', ...off, '-p', api, '-p', common]
  execFileSync(process.execPath, [pbjs, ...options, '-o', draft, ...protos], {stdio: ['ignore', 'inherit', 'inherit']})
  await build({
    entryPoints: [draft],
    outfile: draft,
    allowOverwrite: true,
    minify: true,
    format: 'esm',
    logLevel: 'warning',
  })
  const types = `type Message = {encode(message: object): {finish(): Uint8Array}; decode(bytes: Uint8Array): object}\n`
  writeFileSync(
    join(folder, 'pubsub.d.ts'),
    `${types}export const google: Record<'pubsub' | 'iam', {v1: Record<string, Message>}>\n`,
  )
  const schema = readRestSchema({
    protos: [join(documents, 'google/firestore/v1/firestore.proto'), ...protos],
    folders: [documents, api, common],
    details: {
      file: join(common, 'google/rpc/error_details.proto'),
      messages: ['google.rpc.ErrorInfo', 'google.firestore.v1.ExplainStats', 'google.protobuf.StringValue'],
    },
  })
  writeFileSync(join(folder, 'rest.json'), JSON.stringify(schema))
  renameSync(draft, output)
}
