// Makes page/snippet.js small: dist/snippet.js, ES5, with SETTINGS where `stitch container export` puts them.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {transformSync} from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = readFileSync(`${root}page/snippet.js`, 'utf8')
const {code} = transformSync(source, {minify: true, target: 'es5', legalComments: 'none'})
mkdirSync(`${root}dist`, {recursive: true})
writeFileSync(`${root}dist/snippet.js`, code.trim())
console.log(`snippet: ${code.trim().length} bytes, ${gzipSync(code.trim()).length} zipped`)
