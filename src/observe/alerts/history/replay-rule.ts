import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { hasBaseline, readingsOf, termsOf, type Reading } from '../../../config/alerting/condition.ts'
import type { FreshnessObjective } from '../../../config/alerting/objectives-section.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'
import type { AlertInstance } from '../alert-instance.ts'
import { AlertEvaluator } from '../evaluate/alert-evaluator.ts'
import { forecastHistoryMs } from '../evaluate/forecast-column.ts'
import { isActive } from '../stages/episode.ts'
import { ReplayedMetrics } from './replayed-metrics.ts'
import type { SampleBlock } from './sample-block.ts'

/** Two samples further apart than this: the service did not run. */
const GAP_MS = 120_000
/** What is normal is learned from the hours of the day before. */
const BASELINE_MS = 28 * 3_600_000

/** A time in which the rule would have fired. */
export interface ReplayedFiring {
  readonly labels: Readonly<Record<string, string>>
  readonly fromMs: number
  /** Null: it fires at the end. */
  readonly untilMs: number | null
  /** As a message would have said when it began. */
  readonly summary: string
}

/** What a rule would have said. */
export interface Replay {
  readonly rule: string
  readonly condition: string
  /** Of the first and the last sample in the span that was asked for; null when there is none. */
  readonly fromMs: number | null
  readonly untilMs: number | null
  readonly samples: number
  /** Times without samples, longer than two minutes. */
  readonly gaps: number
  readonly firings: readonly ReplayedFiring[]
  /** How often the condition held, but not as long as `for` asks, and how long at most. */
  readonly tooShort: { readonly count: number; readonly longestMs: number }
}

/** How far back samples are needed before the span, so that windows are full at its beginning. Pure. */
export function leadMs(rule: AlertRule): number {
  const terms = termsOf(rule)
  const learnMs = terms.some(hasBaseline) ? BASELINE_MS : 0
  return rule.forMs + Math.max(learnMs, ...terms.flatMap(readingsOf).map(spanOf))
}

function spanOf({ signal, how, spanMs }: Reading): number {
  return how === 'forecast' ? forecastHistoryMs(spanMs) : spanMs + (signalNamed(signal).windowMs ?? 0)
}

/** Tries a rule on what was. Nobody is told. */
export class RuleReplay {
  readonly #rule: AlertRule
  readonly #sinceMs: number
  readonly #metrics = new ReplayedMetrics()
  readonly #evaluator: AlertEvaluator
  readonly #open = new Map<string, ReplayedFiring>()
  readonly #pendingSince = new Map<string, number>()
  readonly #firings: ReplayedFiring[] = []
  #tooShort = { count: 0, longestMs: 0 }
  #fromMs: number | null = null
  #lastMs: number | null = null
  #samples = 0
  #gaps = 0

  constructor(rule: AlertRule, objectives: readonly FreshnessObjective[], sinceMs: number) {
    this.#rule = rule
    this.#sinceMs = sinceMs
    this.#evaluator = new AlertEvaluator({ rules: [rule], objectives, source: this.#metrics, startedAtMs: 0 })
  }

  /** Goes through blocks of the same times, in small steps between which something else may run. */
  *steps(blocks: readonly SampleBlock[]): Generator<void, void> {
    const times = blocks[0]?.times ?? []
    this.#metrics.show(blocks)
    for (const [index, atMs] of times.entries()) {
      this.#metrics.at(index)
      const { instances } = yield* this.#evaluator.steps(atMs)
      this.#look(instances, atMs)
    }
  }

  /** What came of it. */
  result(): Replay {
    const { name, condition } = this.#rule
    return {
      rule: name,
      condition: condition.text,
      fromMs: this.#fromMs,
      untilMs: this.#fromMs === null ? null : this.#lastMs,
      samples: this.#samples,
      gaps: this.#gaps,
      firings: [...this.#firings, ...this.#open.values()].toSorted((a, b) => a.fromMs - b.fromMs),
      tooShort: this.#tooShort,
    }
  }

  #look(instances: readonly AlertInstance[], atMs: number): void {
    if (this.#lastMs !== null && this.#fromMs !== null && atMs - this.#lastMs > GAP_MS) this.#gaps += 1
    this.#lastMs = atMs
    if (atMs >= this.#sinceMs) {
      this.#fromMs ??= atMs
      this.#samples += 1
    }
    const active = new Map(instances.filter(isActive).map((each) => [each.fingerprint, each]))
    for (const [key, firing] of this.#open) {
      if (active.has(key)) continue
      this.#open.delete(key)
      if (atMs >= this.#sinceMs) this.#firings.push({ ...firing, untilMs: atMs })
    }
    for (const [key, { labels, annotations }] of active) {
      if (this.#open.has(key)) continue
      this.#open.set(key, { labels, fromMs: atMs, untilMs: null, summary: annotations.summary })
    }
    this.#lookAtPending(instances, atMs)
  }

  #lookAtPending(instances: readonly AlertInstance[], atMs: number): void {
    const states = new Map(instances.map(({ fingerprint, state }) => [fingerprint, state]))
    for (const [key, sinceMs] of this.#pendingSince) {
      const state = states.get(key) ?? 'inactive'
      if (state === 'pending') continue
      this.#pendingSince.delete(key)
      if (state !== 'inactive' || atMs < this.#sinceMs) continue
      const { count, longestMs } = this.#tooShort
      this.#tooShort = { count: count + 1, longestMs: Math.max(longestMs, atMs - sinceMs) }
    }
    for (const [key, state] of states) {
      if (state === 'pending' && !this.#pendingSince.has(key)) this.#pendingSince.set(key, atMs)
    }
  }
}
