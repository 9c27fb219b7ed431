/** What a figure should be. */
export interface Goal {
  /** Which of the figures it is about. */
  readonly figure: string
  readonly atLeast?: number | undefined
  readonly atMost?: number | undefined
}

/** One line of the results. */
export interface Finding {
  /** The scenario. */
  readonly group: string
  readonly name: string
  /** What was done, in words. */
  readonly what: string
  /** Medians, by name with their unit: `rows/s`, `ratio`. */
  readonly figures: Readonly<Record<string, number>>
  readonly goals: readonly Goal[]
  /** Every round, as it was measured; no list when there was one run alone. */
  readonly runs: unknown
  /** What was left out, and other words to the reader. */
  readonly note?: string | undefined
  /** Of what and when it was measured. */
  readonly measured?: Measured | undefined
}

/** Where figures come from. */
export interface Measured {
  readonly commit: string
  readonly date: string
  readonly scale: string
}

/** Whether a figure is what it should be. */
export function isMet(finding: Finding, goal: Goal): boolean {
  const value = finding.figures[goal.figure]
  if (value === undefined || Number.isNaN(value)) return false
  return value >= (goal.atLeast ?? -Infinity) && value <= (goal.atMost ?? Infinity)
}

/** A goal and whether it is met, in words. */
export function describeGoal(finding: Finding, goal: Goal): string {
  const limit = goal.atLeast === undefined ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`
  return `${goal.figure} ${limit}: ${isMet(finding, goal) ? 'met' : 'NOT met'}`
}
