/** A comparison of two numbers. */
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='

/** The comparison that holds where the other does not. */
export const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
}

/**
 * A signal as a condition reads it:
 *
 * - `now`: over its own window (or the present value);
 * - `over`: over another window (`spanMs`);
 * - `avg`, `max`, `min`: of its values in the last `spanMs`;
 * - `forecast`: what it will be in `spanMs`, if it goes on as it went;
 * - `baseline`: what is normal for it at this time.
 */
export interface Reading {
  readonly signal: string
  readonly how: 'now' | 'over' | 'avg' | 'max' | 'min' | 'forecast' | 'baseline'
  /** Milliseconds; 0 where `how` has none. */
  readonly spanMs: number
}

/** A number in a condition. */
export type NumberTerm =
  | { readonly tag: 'number'; readonly value: number }
  | { readonly tag: 'reading'; readonly reading: Reading }
  | {
      readonly tag: 'arithmetic'
      readonly op: '+' | '-' | '*' | '/'
      readonly left: NumberTerm
      readonly right: NumberTerm
    }

/**
 * When a rule holds. A comparison with a value that is missing does not hold, and neither does its opposite: `!` is
 * moved down to the comparisons when a condition is read. So both evaluators, this one's and Prometheus', agree about
 * missing values.
 */
export type ConditionTerm =
  | { readonly tag: 'compare'; readonly op: Comparison; readonly left: NumberTerm; readonly right: NumberTerm }
  | { readonly tag: 'and' | 'or'; readonly left: ConditionTerm; readonly right: ConditionTerm }
  /** Whether a signal has no value; `holds: false` is the opposite. */
  | { readonly tag: 'absent'; readonly signal: string; readonly holds: boolean }
  /** Whether a signal is far from what is normal for it. Never true while its baseline is still being learned. */
  | { readonly tag: 'anomaly'; readonly signal: string; readonly holds: boolean }

/** A condition that was checked. */
export interface Condition {
  /** As it was written. */
  readonly text: string
  readonly term: ConditionTerm
}

/** All signal readings of a number, in the order of the text. */
export function readingsOfNumber(term: NumberTerm): readonly Reading[] {
  switch (term.tag) {
    case 'number':
      return []
    case 'reading':
      return [term.reading]
    case 'arithmetic':
      return [...readingsOfNumber(term.left), ...readingsOfNumber(term.right)]
  }
}

/** All signal readings of a condition, in the order of the text; those inside `absent` are not counted. */
export function readingsOf(term: ConditionTerm): readonly Reading[] {
  switch (term.tag) {
    case 'compare':
      return [...readingsOfNumber(term.left), ...readingsOfNumber(term.right)]
    case 'and':
    case 'or':
      return [...readingsOf(term.left), ...readingsOf(term.right)]
    case 'anomaly':
      return [{ signal: term.signal, how: 'now', spanMs: 0 }]
    case 'absent':
      return []
  }
}

/** Whether a condition asks what is usual. */
export function hasBaseline(term: ConditionTerm): boolean {
  if (term.tag === 'anomaly') return true
  return (
    readingsOf(term).some(({ how }) => how === 'baseline') ||
    ('left' in term && term.tag !== 'compare' && (hasBaseline(term.left) || hasBaseline(term.right)))
  )
}

/** The terms by which a rule begins and, where that is said, ends. */
export function termsOf(rule: {
  readonly condition: { readonly term: ConditionTerm }
  readonly clear?: { readonly term: ConditionTerm } | undefined
}): readonly ConditionTerm[] {
  return [rule.condition.term, ...(rule.clear ? [rule.clear.term] : [])]
}
