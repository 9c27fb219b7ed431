import { waitForQuiet } from './quiet.ts'

/** Above this a round says more about the others than about us. */
const QUIET_CORES = 0.3
const PATIENCE_MS = 20_000

/** A round tells how busy other processes kept the machine meanwhile. */
export interface Round {
  readonly foreignCores: number
}

/**
 * Measures until `rounds` rounds were undisturbed, each after a wait for a quiet moment; after twice as many it gives up and keeps the
 * least disturbed ones. What was disturbed shows in their `foreignCores`.
 */
export async function quietRounds<T extends Round>(
  rounds: number,
  measure: (round: number) => Promise<T>,
): Promise<readonly T[]> {
  const measured: T[] = []
  const quiet = () => measured.filter(({ foreignCores }) => foreignCores <= QUIET_CORES).length
  while (quiet() < rounds && measured.length < 2 * rounds) {
    await waitForQuiet(PATIENCE_MS)
    measured.push(await measure(measured.length + 1))
  }
  return measured.toSorted((a, b) => a.foreignCores - b.foreignCores).slice(0, rounds)
}
