import { calculate } from '../../../config/alerting/parse-condition.ts'
import type { Comparison, ConditionTerm, NumberTerm } from '../../../config/alerting/condition.ts'
import { valueFor } from './column.ts'
import type { ColumnPlan } from './column-plan.ts'

type NumberAt = (slot: number) => number

/** A condition, ready to be asked slot by slot. */
export interface CompiledCondition {
  /** Whether it holds. A comparison with a missing value does not. */
  holds(slot: number): boolean
  /** The left value of the first comparison that holds; of the first one at all when none does. NaN: missing. */
  value(slot: number): number
  /** Whether a value that it reads is missing. */
  misses(slot: number): boolean
}

/** A missing value (NaN) makes every comparison false; `!=` is written so that it does as well. */
const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a < b || a > b,
}

/** Makes a condition of a rule evaluable: its signals become columns of `plan`. */
export function compileCondition(term: ConditionTerm, per: string | undefined, plan: ColumnPlan): CompiledCondition {
  const universe = plan.universe(per)
  const numberAt = (number: NumberTerm): NumberAt => {
    switch (number.tag) {
      case 'number':
        return () => number.value
      case 'reading': {
        const column = plan.reading(number.reading, per)
        return (slot) => valueFor(column, universe, slot)
      }
      case 'arithmetic': {
        const left = numberAt(number.left)
        const right = numberAt(number.right)
        return (slot) => calculate(number.op, left(slot), right(slot))
      }
    }
  }
  const compile = (inner: ConditionTerm): CompiledCondition => {
    switch (inner.tag) {
      case 'compare':
        return comparison(COMPARE[inner.op], numberAt(inner.left), numberAt(inner.right))
      case 'and':
      case 'or':
        return joined(inner.tag, compile(inner.left), compile(inner.right))
      case 'absent': {
        const column = plan.reading({ signal: inner.signal, how: 'now', spanMs: 0 }, per)
        return {
          holds: (slot) => Number.isNaN(valueFor(column, universe, slot)) === inner.holds,
          value: () => Number.NaN,
          misses: () => false,
        }
      }
      case 'anomaly': {
        const column = plan.baseline(inner.signal, per)
        const now = plan.reading({ signal: inner.signal, how: 'now', spanMs: 0 }, per)
        const slotIn = (slot: number): number => (column.universe === universe ? slot : 0)
        return {
          holds: (slot) => column.anomalyAt(slotIn(slot)) === (inner.holds ? 1 : 0),
          value: (slot) => valueFor(now, universe, slot),
          misses: (slot) => Number.isNaN(column.anomalyAt(slotIn(slot))),
        }
      }
    }
  }
  return compile(term)
}

function comparison(compare: (a: number, b: number) => boolean, left: NumberAt, right: NumberAt): CompiledCondition {
  return {
    holds: (slot) => compare(left(slot), right(slot)),
    value: left,
    misses: (slot) => Number.isNaN(left(slot)) || Number.isNaN(right(slot)),
  }
}

function joined(tag: 'and' | 'or', left: CompiledCondition, right: CompiledCondition): CompiledCondition {
  return {
    holds:
      tag === 'and' ? (slot) => left.holds(slot) && right.holds(slot) : (slot) => left.holds(slot) || right.holds(slot),
    value: (slot) => (left.holds(slot) || !right.holds(slot) ? orElse(left, right, slot) : right.value(slot)),
    misses: (slot) => left.misses(slot) || right.misses(slot),
  }
}

function orElse(left: CompiledCondition, right: CompiledCondition, slot: number): number {
  const value = left.value(slot)
  return Number.isNaN(value) ? right.value(slot) : value
}
