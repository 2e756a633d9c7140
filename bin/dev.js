#!/usr/bin/env -S node --conditions=stitch-source --no-warnings
// Runs src/ as it is (Node 24 strips the types); the terminal UI and the handlers' bundle are still taken from dist/.
import {runCli} from '../src/cli/main.ts'

process.env.NODE_ENV ??= 'development'
await runCli(import.meta.url)
