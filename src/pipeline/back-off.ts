import type { Random } from '../core/clock.ts'

/** Bounds of the waiting time between attempts, in milliseconds. */
export interface BackOffBounds {
  readonly firstMs: number
  readonly maxMs: number
}

/**
 * The waiting time before attempt `attempt` (1 is the first repetition): doubling, with jitter of half its length so that many
 * processes do not come back together.
 */
export function backOffMs(attempt: number, bounds: BackOffBounds, random: Random): number {
  const full = Math.min(bounds.maxMs, bounds.firstMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full / 2 + (full / 2) * random())
}
