import { createHash } from 'node:crypto'

/** How bad it is. `critical`: somebody is woken; `warning`: somebody looks today; `info`: shown, never paged. */
export type Severity = 'critical' | 'warning' | 'info'

/**
 * Where an instance of a rule stands:
 *
 * - `inactive`: the condition does not hold.
 * - `pending`: it holds, but not yet as long as the rule's `for` asks.
 * - `firing`: it has held long enough.
 * - `recovering`: it no longer holds, but the rule keeps firing for a while; for receivers it still fires.
 * - `no-data`: the values that the rule reads are missing, for as long as its `for` asks, and the rule wants that to alert.
 * - `error`: the rule could not be evaluated.
 */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'recovering' | 'no-data' | 'error'

/** What a message about an alert says. Made of names and measured values only: never of row values or secrets. */
export interface AlertAnnotations {
  /** One line: what is wrong, with the value. */
  readonly summary: string
  /** What that means for those who read the target. */
  readonly description: string
  /** Where the steps are: an address, or the anchor of the generated runbook page. */
  readonly runbook: string
  /** The likely cause. */
  readonly why: string
  /** What to do first. */
  readonly remedy: string
}

/** One rule at one set of labels (a table, a disk, or none), as of one round. */
export interface AlertInstance {
  /** The rule's name: `high_error_rate`. */
  readonly rule: string
  /** What tells the instances of a rule apart, and the labels that the rule's author added. */
  readonly labels: Readonly<Record<string, string>>
  readonly severity: Severity
  readonly state: AlertState
  /** The first value that the condition compares, in its signal's unit; null when it is missing. */
  readonly value: number | null
  /** When the present state began, milliseconds since 1970 UTC. */
  readonly sinceMs: number
  /** When the condition began to hold, milliseconds since 1970 UTC: the beginning of `pending`. Null when inactive. */
  readonly startedAtMs: number | null
  /** Stable over restarts: {@link fingerprintOf}. */
  readonly fingerprint: string
  readonly annotations: AlertAnnotations
  /** Least time between two messages about this instance while its state stays. */
  readonly cooldownMs: number
  /** Names of channels that the rule asks for; absent: as routed. */
  readonly channels?: readonly string[] | undefined
  /** Name of the escalation chain that the rule asks for; absent: as routed. */
  readonly escalation?: string | undefined
  /** Rules whose messages are held back while this instance fires, where they share the labels that both have. */
  readonly inhibits?: readonly string[] | undefined
}

/**
 * What one round of evaluation found. An instance is listed as long as it is not inactive, and once more, as inactive, in
 * the round that ends it.
 */
export interface EvaluationRound {
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number
  readonly instances: readonly AlertInstance[]
  /**
   * Rules of which nothing can be said yet, because their windows are still filling after a start: an alert of theirs from
   * before the start is neither confirmed nor ended by its absence from `instances`.
   */
  readonly unknownRules: readonly string[]
}

/** An alert that fired before a restart: the evaluator goes on from there instead of starting at inactive. */
export interface RememberedAlert {
  readonly rule: string
  /** Exactly as the instance had them. */
  readonly labels: Readonly<Record<string, string>>
  readonly startedAtMs: number
}

/** Identifies an instance over rounds and restarts: 16 hexadecimal digits of its rule and labels. Pure. */
export function fingerprintOf(rule: string, labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([rule, sorted]))
    .digest('hex')
    .slice(0, 16)
}
