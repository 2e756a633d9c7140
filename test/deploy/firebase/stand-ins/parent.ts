/** Runs the stand-in until it is killed; arguments: the module of the tools, the work folder. */
import {runTools} from '#runtime/deploy/firebase/run-tools.ts'

const [main = '', folder = ''] = process.argv.slice(2)
await runTools({
  main,
  project: 'hangs',
  only: 'functions',
  folder,
  email: 'me@example.com',
  token: async () => await Promise.resolve('ya29.token'),
  environment: {},
  execArgv: [],
  onLine: (_level, text) => process.stdout.write(`${text}\n`),
  deadlineMs: 60_000,
  signal: new AbortController().signal,
})
