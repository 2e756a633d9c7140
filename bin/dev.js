#!/usr/bin/env -S node --conditions=stitch-source --no-warnings
// Runs src/ as it is: Node 24 strips the types. The terminal UI and the handlers' bundle are still taken from dist/.
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {runCli} from '../src/cli/main.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pjson = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
await runCli({root, pjson: {...pjson, oclif: {...pjson.oclif, commands: './src/commands'}}, ignoreManifest: true})
