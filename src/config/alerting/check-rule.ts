import { nearestName } from '../nearest-name.ts'
import type { AlertRule } from './alert-rule.ts'
import { hasBaseline, readingsOf, readingsOfNumber, type ConditionTerm, type NumberTerm } from './condition.ts'
import { SIGNALS, signalNamed } from './signal-catalogue.ts'

/** What is wrong with a rule, and under which of its keys. */
interface RuleProblem {
  readonly key: 'condition' | 'clear' | 'per' | 'no_data' | 'inhibits' | 'summary'
  readonly message: string
}

/** Whether a signal has one value for each value of the rule's label. */
export function isPer(signal: string, per: string | undefined): boolean {
  return per !== undefined && signalNamed(signal).labels.includes(per)
}

function isNumberPer(term: NumberTerm, per: string | undefined): boolean {
  return readingsOfNumber(term).some(({ signal }) => isPer(signal, per))
}

/** Whether a condition has one result for each value of the rule's label. */
export function isConditionPer(term: ConditionTerm, per: string | undefined): boolean {
  switch (term.tag) {
    case 'compare':
      return isNumberPer(term.left, per) || isNumberPer(term.right, per)
    case 'and':
    case 'or':
      return isConditionPer(term.left, per) || isConditionPer(term.right, per)
    case 'anomaly':
      return isPer(term.signal, per)
    case 'absent':
      return false
  }
}

function mixedOr(term: ConditionTerm, per: string): boolean {
  if (!('left' in term) || term.tag === 'compare') return false
  const mixed = term.tag === 'or' && isConditionPer(term.left, per) !== isConditionPer(term.right, per)
  return mixed || mixedOr(term.left, per) || mixedOr(term.right, per)
}

function hasAbsent(term: ConditionTerm): boolean {
  if (term.tag === 'absent') return true
  return (term.tag === 'and' || term.tag === 'or') && (hasAbsent(term.left) || hasAbsent(term.right))
}

function perProblem(rule: AlertRule, term: ConditionTerm): string | null {
  const { per } = rule
  if (per === undefined) return null
  if (hasAbsent(term)) return `asks whether something is absent, which is not known per ${per}: make a rule without per`
  if (per !== 'table' && hasBaseline(term)) return `asks for a baseline per ${per}: they are learned per table only`
  if (!isConditionPer(term, per)) return `reads nothing that is told per ${per}`
  if (mixedOr(term, per)) return `joins by \`or\` what is told per ${per} and what is not: make two rules`
  return null
}

function labelsInSummary(rule: AlertRule): readonly string[] {
  const named = [...rule.words.summary.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const known = ['value', 'forecast', ...(rule.per === undefined ? [] : [rule.per]), ...Object.keys(rule.labels)]
  return named.filter((name) => !known.includes(name))
}

function checkPer({ per, noData }: AlertRule): readonly RuleProblem[] {
  if (per === undefined) return []
  const labels = new Set(Object.values(SIGNALS).flatMap((signal) => signal.labels))
  if (!labels.has(per)) {
    const near = nearestName(per, labels)
    const hint =
      near === undefined ? `; there are ${[...labels].join(', ')}` : `; did you mean ${JSON.stringify(near)}?`
    return [{ key: 'per', message: `no signal is told per ${JSON.stringify(per)}${hint}` }]
  }
  if (noData !== 'ok') {
    return [{ key: 'no_data', message: `cannot be ${noData} with per: a ${per} that is gone is not missing` }]
  }
  return []
}

/** Everything that is wrong with a rule beyond the grammar of its conditions. Pure. */
export function checkRule(rule: AlertRule, names: readonly string[]): readonly RuleProblem[] {
  const problems: RuleProblem[] = [...checkPer(rule)]
  if (problems.length === 0) {
    const message = perProblem(rule, rule.condition.term)
    if (message !== null) problems.push({ key: 'condition', message })
    const clearMessage = rule.clear && perProblem(rule, rule.clear.term)
    if (clearMessage != null) problems.push({ key: 'clear', message: clearMessage })
  }
  if (rule.noData !== 'ok' && readingsOf(rule.condition.term).length === 0) {
    problems.push({ key: 'no_data', message: 'cannot be told: the condition reads no value' })
  }
  for (const inhibited of rule.inhibits.filter((name) => !names.includes(name))) {
    const near = nearestName(inhibited, names)
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
    problems.push({ key: 'inhibits', message: `there is no rule ${JSON.stringify(inhibited)}${hint}` })
  }
  for (const name of labelsInSummary(rule)) {
    problems.push({ key: 'summary', message: `has {${name}}, which is neither {value} nor a label of the rule` })
  }
  return problems
}
