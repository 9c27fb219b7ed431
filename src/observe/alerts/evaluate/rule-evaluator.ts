import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { readingsOf, type ConditionTerm, type Reading } from '../../../config/alerting/condition.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'
import { fingerprintOf, type AlertInstance, type RememberedAlert } from '../alert-instance.ts'
import type { ColumnPlan } from './column-plan.ts'
import { compileCondition, type CompiledCondition } from './compile-condition.ts'
import type { ForecastColumn } from './forecast-column.ts'
import { forecastText } from './forecast-text.ts'
import { inactiveSince, nextState, type InstanceState } from './next-state.ts'
import { annotate } from './rule-text.ts'
import type { Universe } from './universe.ts'

/** Longer windows need not be full before a rule can say that nothing is wrong. */
const LONGEST_WARM_UP_MS = 15 * 60_000

/** How long after a start the values of a reading are not to be relied on. */
function warmUpMs({ signal, how, spanMs }: Reading): number {
  // `over` takes the place of the window that the signal has by itself.
  if (how === 'over') return spanMs
  const windowMs = how === 'forecast' ? 0 : spanMs
  return Math.max(windowMs, signalNamed(signal).windowMs ?? 0)
}

/** A forecast that a condition compares with a fixed limit. */
interface ForecastLimit {
  readonly column: ForecastColumn
  readonly limit: number
}

function forecastLimits(term: ConditionTerm, per: string | undefined, plan: ColumnPlan): readonly ForecastLimit[] {
  if (term.tag === 'and' || term.tag === 'or') {
    return [...forecastLimits(term.left, per, plan), ...forecastLimits(term.right, per, plan)]
  }
  if (term.tag !== 'compare' || term.left.tag !== 'reading' || term.right.tag !== 'number') return []
  const { signal, how, spanMs } = term.left.reading
  return how === 'forecast' ? [{ column: plan.forecast(signal, per, spanMs), limit: term.right.value }] : []
}

/** One rule with the states of its instances. */
export class RuleEvaluator {
  readonly rule: AlertRule
  readonly #universe: Universe
  readonly #condition: CompiledCondition
  readonly #clear: CompiledCondition | null
  readonly #forecasts: readonly ForecastLimit[]
  readonly #knownAfterMs: number
  /** Only those that are not inactive. */
  readonly #states = new Map<number, InstanceState>()
  /** Slots that fired before a restart and were not confirmed or ended since. */
  readonly #remembered = new Set<number>()

  constructor(rule: AlertRule, plan: ColumnPlan, startedAtMs: number) {
    this.rule = rule
    this.#universe = plan.universe(rule.per)
    this.#condition = compileCondition(rule.condition.term, rule.per, plan)
    this.#clear = rule.clear ? compileCondition(rule.clear.term, rule.per, plan) : null
    this.#forecasts = forecastLimits(rule.condition.term, rule.per, plan)
    const spans = readingsOf(rule.condition.term).map(warmUpMs)
    this.#knownAfterMs = startedAtMs + Math.min(LONGEST_WARM_UP_MS, Math.max(0, ...spans))
  }

  /** Goes on with an alert that fired before a restart. False: its labels are not those of this rule any more. */
  remember(alert: RememberedAlert): boolean {
    const { per, labels } = this.rule
    const value = per === undefined ? '' : alert.labels[per]
    const expected = { ...labels, ...(per === undefined || value === undefined ? {} : { [per]: value }) }
    if (value === undefined || fingerprintOf(alert.rule, alert.labels) !== fingerprintOf(this.rule.name, expected)) {
      return false
    }
    const slot = this.#universe.slotOf(value)
    this.#states.set(slot, { state: 'firing', sinceMs: alert.startedAtMs, startedAtMs: alert.startedAtMs })
    this.#remembered.add(slot)
    return true
  }

  /** Whether its windows are still filling. */
  isUnknown(atMs: number): boolean {
    return atMs < this.#knownAfterMs
  }

  /** Looks at every instance; gives those that are not inactive, and those that have just become so. */
  evaluate(atMs: number): readonly AlertInstance[] {
    const found: AlertInstance[] = []
    for (let slot = 0; slot < this.#universe.size; slot += 1) {
      const before = this.#states.get(slot)
      const holds = this.#condition.holds(slot)
      if (!holds && !before && this.rule.noData !== 'alert') continue
      const after = this.#follow(slot, before ?? inactiveSince(atMs), holds, atMs)
      if (after.state !== 'inactive') this.#states.set(slot, after)
      else this.#states.delete(slot)
      if (after.state !== 'inactive' || before) found.push(this.#instance(slot, after, atMs))
    }
    return found
  }

  #follow(slot: number, before: InstanceState, holds: boolean, atMs: number): InstanceState {
    if (this.#remembered.has(slot)) {
      // Half a window says nothing: too little seems to happen in it.
      if (this.isUnknown(atMs)) return before
      this.#remembered.delete(slot)
    }
    const clears = this.#clear === null ? !holds : this.#clear.holds(slot)
    const misses = !holds && (this.#condition.misses(slot) || (this.#clear?.misses(slot) ?? false))
    return nextState(before, { holds, clears, misses }, atMs, this.rule)
  }

  #instance(slot: number, { state, sinceMs, startedAtMs }: InstanceState, atMs: number): AlertInstance {
    const { rule } = this
    const labels = { ...rule.labels, ...this.#universe.labelsOf(slot) }
    const value = this.#condition.value(slot)
    return {
      rule: rule.name,
      labels,
      severity: rule.severity,
      state,
      value: Number.isNaN(value) ? null : value,
      sinceMs,
      startedAtMs,
      fingerprint: fingerprintOf(rule.name, labels),
      annotations: annotate(rule, { labels, value, forecast: this.#forecastText(slot, atMs) }),
      cooldownMs: rule.cooldownMs,
      channels: rule.channels.length > 0 ? rule.channels : undefined,
      escalation: rule.escalation,
      inhibits: rule.inhibits.length > 0 ? rule.inhibits : undefined,
    }
  }

  #forecastText(slot: number, atMs: number): string {
    const left = this.#forecasts.flatMap(({ column, limit }) => {
      const leftMs = column.timeUntil(column.universe === this.#universe ? slot : 0, limit)
      return leftMs === null ? [] : [leftMs]
    })
    return left.length === 0 ? '' : forecastText(Math.min(...left), atMs)
  }
}
