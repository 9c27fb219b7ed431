import { isConditionPer, isPer } from '../../../config/alerting/check-rule.ts'
import type { ConditionTerm, NumberTerm, Reading } from '../../../config/alerting/condition.ts'
import { signalNamed } from '../../../config/alerting/signal-catalogue.ts'
import { forecastHistoryMs, forecastTrainingMs } from '../evaluate/forecast-column.ts'
import { labelsPer, promDuration, TARGET_LABELS } from './promql-signal.ts'

/** A recording rule that a condition reads. */
export interface Recorded {
  readonly signal: string
  readonly per: string | undefined
  /** 0 for a present value. */
  readonly windowMs: number
}

/** `sync:error_rate:5m` for the pipeline, `sync_table:error_rate:5m` per table. */
export function recordName({ signal, per, windowMs }: Recorded): string {
  const level = per === undefined ? 'sync' : `sync_${per}`
  return windowMs === 0 ? `${level}:${signal}` : `${level}:${signal}:${promDuration(windowMs)}`
}

/** Writes conditions as PromQL over recording rules, and remembers which of those it used. */
export class ConditionWriter {
  readonly #recorded = new Map<string, Recorded>()

  /** The recording rules that were used so far. */
  get recorded(): readonly Recorded[] {
    return [...this.#recorded.values()]
  }

  /** An expression that has a value where the condition holds, with the labels of `per`. */
  condition(term: ConditionTerm, per: string | undefined): string {
    switch (term.tag) {
      case 'compare': {
        // A comparison with NaN must not hold, which that of PromQL for != would.
        const ops = term.op === '!=' ? ['<', '>'] : [term.op]
        const parts = ops.map((op) => this.#binary(op, term.left, term.right, per))
        return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' or ')})`
      }
      case 'and':
        return this.#and(term.left, term.right, per)
      case 'or':
        return `(${this.condition(term.left, per)} or ${this.condition(term.right, per)})`
      case 'absent': {
        const name = this.record({ signal: term.signal, how: 'now', spanMs: 0 }, per)
        return term.holds ? `absent(${name})` : name
      }
      case 'anomaly':
        return `${this.#exported('anomaly', term.signal, per)} == ${term.holds ? 1 : 0}`
    }
  }

  /** The name of the recording rule behind a reading. */
  record({ signal, how, spanMs }: Reading, per: string | undefined): string {
    const windowMs = how === 'over' ? spanMs : (signalNamed(signal).windowMs ?? 0)
    const recorded: Recorded = { signal, per: isPer(signal, per) ? per : undefined, windowMs }
    const name = recordName(recorded)
    this.#recorded.set(name, recorded)
    return name
  }

  #and(left: ConditionTerm, right: ConditionTerm, per: string | undefined): string {
    const rank = (term: ConditionTerm): number => (isConditionPer(term, per) ? 2 : isOnlyAbsence(term) ? 0 : 1)
    // The side with more labels gives the result its labels.
    const [fine, coarse] = rank(left) >= rank(right) ? [left, right] : [right, left]
    const coarseRank = rank(coarse)
    const on = coarseRank === 0 ? ' on ()' : coarseRank < rank(fine) ? ` on (${TARGET_LABELS})` : ''
    return `(${this.condition(fine, per)} and${on} ${this.condition(coarse, per)})`
  }

  #binary(op: string, left: NumberTerm, right: NumberTerm, per: string | undefined): string {
    const a = this.#number(left, per)
    const b = this.#number(right, per)
    const sides = [this.#rank(left, per), this.#rank(right, per)]
    const matching =
      sides[0] === 2 && sides[1] === 1
        ? ` on (${TARGET_LABELS}) group_left ()`
        : sides[0] === 1 && sides[1] === 2
          ? ` on (${TARGET_LABELS}) group_right ()`
          : ''
    return `${a} ${op}${matching} ${b}`
  }

  /** 0: a constant; 1: one value per pipeline; 2: one per value of the label. */
  #rank(term: NumberTerm, per: string | undefined): 0 | 1 | 2 {
    if (term.tag === 'number') return 0
    if (term.tag === 'reading') return isPer(term.reading.signal, per) ? 2 : 1
    const ranks = [this.#rank(term.left, per), this.#rank(term.right, per)]
    return ranks.includes(2) ? 2 : ranks.includes(1) ? 1 : 0
  }

  #number(term: NumberTerm, per: string | undefined): string {
    switch (term.tag) {
      case 'number':
        return String(term.value)
      case 'arithmetic':
        return `(${this.#binary(term.op, term.left, term.right, per)})`
      case 'reading':
        return this.#reading(term.reading, per)
    }
  }

  #reading(reading: Reading, per: string | undefined): string {
    const { how, spanMs, signal } = reading
    if (how === 'baseline') return this.#exported('baseline', signal, per)
    const name = this.record(reading, per)
    if (how === 'now' || how === 'over') return name
    if (how !== 'forecast') return `${how}_over_time(${name}[${promDuration(spanMs)}])`
    const history = promDuration(forecastHistoryMs(spanMs))
    const training = promDuration(forecastTrainingMs(spanMs))
    return `(predict_linear(${name}[${history}], ${spanMs / 1000}) and ${name} offset ${training})`
  }

  /** Baselines are learned in the service, which shows them as metrics: PromQL could not learn the same. */
  #exported(what: 'baseline' | 'anomaly', signal: string, per: string | undefined): string {
    const label = isPer(signal, per) ? per : undefined
    return `max by (${labelsPer(label)}) (sync_signal_${what}{signal="${signal}", table${label === undefined ? '=' : '!='}""})`
  }
}

function isOnlyAbsence(term: ConditionTerm): boolean {
  if (term.tag === 'absent') return term.holds
  return (term.tag === 'and' || term.tag === 'or') && isOnlyAbsence(term.left) && isOnlyAbsence(term.right)
}
