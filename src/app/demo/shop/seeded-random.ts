import type { Random } from '../../../core/clock.ts'

/**
 * Numbers in [0, 1) that a seed fixes, the same on every machine. Good enough to shuffle a workload, not for secrets.
 * @see mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An integer in [from, to]. */
export function integerBetween(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

/** One of the values; heavier ones more often. @throws {RangeError} when there is none. */
export function chooseWeighted<T>(random: Random, choices: readonly (readonly [weight: number, value: T])[]): T {
  let left = random() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, value] of choices) {
    left -= weight
    if (left < 0) return value
  }
  const last = choices.at(-1)
  if (last === undefined) throw new RangeError('nothing to choose from')
  return last[1]
}
