import { OPPOSITE, type ConditionTerm } from './condition.ts'

/** What holds when `term` does not, as far as values are there: with a missing value neither holds. */
export function negateCondition(term: ConditionTerm): ConditionTerm {
  switch (term.tag) {
    case 'compare':
      return { ...term, op: OPPOSITE[term.op] }
    case 'and':
    case 'or': {
      const tag = term.tag === 'and' ? 'or' : 'and'
      return { tag, left: negateCondition(term.left), right: negateCondition(term.right) }
    }
    case 'absent':
    case 'anomaly':
      return { ...term, holds: !term.holds }
  }
}
