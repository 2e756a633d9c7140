import {defineConfig} from 'vitest/config'

const shared = {
  disableConsoleIntercept: true,
  env: {METADATA_SERVER_DETECTION: 'none'},
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
          name: 'engine',
          // Emulators and whole runs share the machine badly with anything beside them.
          sequence: {groupOrder: 1},
          fileParallelism: false,
          include: ['test/**/*.engine.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'e2e',
          sequence: {groupOrder: 2},
          fileParallelism: false,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
