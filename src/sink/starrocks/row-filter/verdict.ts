import type { RowView } from '../../../core/row-view.ts'
import type { ComparisonOperator } from './predicate.ts'

/** The row does not meet the predicate. */
export const FALSE = 0
/** The row meets it. */
export const TRUE = 1
/** A NULL keeps the answer open. */
export const UNKNOWN = 2

/** A compiled predicate: answers {@link FALSE}, {@link TRUE} or {@link UNKNOWN} of a row. */
export type Verdict = (row: RowView) => number

/** What an order of two values says to an operator. */
export const OPERATOR_TESTS: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** True when all are, false when one is false. */
export const allOf =
  (parts: readonly Verdict[]): Verdict =>
  (row) => {
    let all = TRUE
    for (const part of parts) {
      const verdict = part(row)
      if (verdict === FALSE) return FALSE
      if (verdict === UNKNOWN) all = UNKNOWN
    }
    return all
  }

/** True when one is, false when all are false. */
export const anyOf =
  (parts: readonly Verdict[]): Verdict =>
  (row) => {
    let any = FALSE
    for (const part of parts) {
      const verdict = part(row)
      if (verdict === TRUE) return TRUE
      if (verdict === UNKNOWN) any = UNKNOWN
    }
    return any
  }

/** Turns true and false round. */
export const negation =
  (part: Verdict): Verdict =>
  (row) => {
    const verdict = part(row)
    return verdict === UNKNOWN ? UNKNOWN : TRUE - verdict
  }
