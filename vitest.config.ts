import { defineConfig } from 'vitest/config'

const roots = ['src', 'stand-in', 'test', 'bench']
const named = (suffix: string) => roots.map((root) => `${root}/**/*.${suffix}.ts`)

/** Test projects by file suffix: the suffix names the environment that a test needs. */
export default defineConfig({
  test: {
    // Services and stand-ins that tests start are compiled once.
    env: { NODE_COMPILE_CACHE: new URL('.cache/compiled', import.meta.url).pathname },
    reporters: ['default', ['json', { outputFile: '.cache/test-report.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: named('test'),
          exclude: [...named('pg.test'), ...named('e2e.test')],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'pg',
          include: named('pg.test'),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/postgres-global-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: named('e2e.test'),
          testTimeout: 600_000,
          hookTimeout: 120_000,
          globalSetup: ['test/support/postgres-global-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
