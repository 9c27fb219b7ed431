/** What one look at a key found, as texts that are equal exactly when the rows are; null where there is no row. */
export interface Observation {
  /** The source's row before the stream passed the marker. */
  readonly before: string | null
  /** The target's row after that. */
  readonly target: string | null
  /** The source's row after the target was read. */
  readonly after: string | null
}

/**
 * What follows for a key.
 *
 * - `equal`: the target holds what the source holds now.
 * - `different`: it does not, twice in a row, while the source's row stood still throughout.
 * - `suspect`: it did not this once. One look is not enough: a row may change and change back in between.
 * - `moving`: the source's row changes while we look.
 */
export type Verdict = 'equal' | 'different' | 'suspect' | 'moving'

/** Judges a key by what was seen of it, `last` being the suspicion of the look before, if any. Pure. */
export function judgeKey(now: Observation, last: Observation | null): Verdict {
  if (now.target === now.after) return 'equal'
  if (now.before !== now.after) return 'moving'
  const isStable = last !== null && last.after === now.before && last.target === now.target
  return isStable ? 'different' : 'suspect'
}
