import type { Condition } from './condition.ts'

/** A series of a rule's test, in the notation of promtool: `0+10x30` is 0, 10, 20, ... 300. */
export interface TestSeries {
  /** `sync_active_jobs` or `sync_lag_seconds{table="users"}`. */
  readonly series: string
  /** `1 2 _ 4`, `0+10x30`, `5x20`; `_` is a missing value. */
  readonly values: string
}

/** When the rule must fire in its test: from `fromMs` on, and before `untilMs`. */
export interface ExpectedFiring {
  readonly labels: Readonly<Record<string, string>>
  readonly fromMs: number
  /** Absent: until the end of the test. */
  readonly untilMs?: number | undefined
}

/** A test of a rule: what is measured, and when the rule must fire. Both evaluators run it. */
export interface RuleTest {
  /** What happens, as a sentence. */
  readonly name: string
  /** Time between two values, and between two evaluations. */
  readonly intervalMs: number
  readonly series: readonly TestSeries[]
  readonly firing: readonly ExpectedFiring[]
}

/** What the rule says to people. `{value}` and `{table}` (or another label of `per`) are put in. */
export interface RuleWords {
  /** `High Error Rate`. */
  readonly title: string
  /** One line: what is wrong. */
  readonly summary: string
  /** What that means for those who read the target. */
  readonly description: string
  /** The likely cause. */
  readonly why: string
  /** What to do, step by step; the first one is also the remedy in messages. */
  readonly steps: readonly string[]
  /** An address of the rule's own runbook; absent: its place in the generated page. */
  readonly runbook?: string | undefined
}

/** A rule: when it fires, how bad that is, and what people are told. */
export interface AlertRule {
  /** `[a-z][a-z0-9_]*`. */
  readonly name: string
  readonly condition: Condition
  readonly severity: 'critical' | 'warning' | 'info'
  /** How long the condition must hold before the rule fires. */
  readonly forMs: number
  /** How long the rule keeps firing after the condition has ended. */
  readonly keepFiringForMs: number
  /** Once firing, the rule goes on until this holds; absent: until the condition does not. */
  readonly clear?: Condition | undefined
  /** The label that makes one instance of the rule for each of its values; absent: one instance. */
  readonly per?: string | undefined
  /** What missing values mean: nothing; an alert; whatever held before. */
  readonly noData: 'ok' | 'alert' | 'keep'
  readonly cooldownMs: number
  /** Added to every instance. */
  readonly labels: Readonly<Record<string, string>>
  readonly words: RuleWords
  /** Rules whose messages are held back while this one fires. */
  readonly inhibits: readonly string[]
  /** Channels that the rule asks for; empty: as routed. */
  readonly channels: readonly string[]
  readonly escalation?: string | undefined
  readonly tests: readonly RuleTest[]
}
