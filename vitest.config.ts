import {defineConfig} from 'vitest/config'

const shared = {
  disableConsoleIntercept: true,
  env: {METADATA_SERVER_DETECTION: 'none'},
}

/** Emulators, and deployments that look again every few seconds: they wait more than they compute. */
const waiting = {
  sequence: {groupOrder: 1},
  maxWorkers: 3,
  testTimeout: 120_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  resolve: {conditions: ['stitch-source', 'node']},
  ssr: {resolve: {conditions: ['stitch-source', 'node']}},
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'unit',
          sequence: {groupOrder: 0},
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.engine.test.ts', 'test/e2e/**'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          ...waiting,
          name: 'engine',
          include: ['test/**/*.engine.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          ...waiting,
          name: 'e2e-cloud',
          include: ['test/e2e/cloud/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'e2e',
          // Whole runs keep deadlines of a second or so, as in production, and share the machine badly.
          sequence: {groupOrder: 2},
          fileParallelism: false,
          include: ['test/e2e/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
