import { expect, vi } from 'vitest'

import type { Explored } from './explore.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Seeds of the random walks: fixed in CI; MODEL_SEED=n walks another way. */
export const seeds: readonly number[] =
  process.env['MODEL_SEED'] === undefined ? [1, 2] : [Number(process.env['MODEL_SEED'])]

const lines = ({ found }: Explored) => `${found?.violation ?? 'nothing found'}\n    ${found?.trace.join(' | ') ?? ''}`

/** Demands that nothing was found, and that the model did get to its end. */
export function expectSound(explored: Explored, what: string): void {
  expect(explored.found, `${what}: ${lines(explored)}`).toBeUndefined()
  expect(explored.settled, `${what}: no run came to its end`).toBeGreaterThan(0)
  const seen = explored.complete ? `all ${explored.count} states` : `${explored.count} steps or states`
  process.stdout.write(`  sound: ${what}: ${seen}, ${explored.settled} of them settled\n`)
}

/** Demands that an invariant broke, and prints the way to it. */
export function expectHole(explored: Explored, what: string): void {
  expect(explored.found, `${what}: no violation in ${explored.count}`).toBeDefined()
  process.stdout.write(`  hole: ${what}: ${lines(explored)}\n`)
}
