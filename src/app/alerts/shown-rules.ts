import type { AlertRule } from '../../config/alerting/alert-rule.ts'

/** Rules as JSON shows them. Durations in milliseconds. */
export function shownRules(rules: readonly AlertRule[]): readonly object[] {
  return rules.map(({ name, severity, condition, clear, per, forMs, keepFiringForMs, cooldownMs, words, tests }) => {
    return {
      name,
      title: words.title,
      severity,
      condition: condition.text,
      clear: clear?.text,
      per,
      for_ms: forMs,
      keep_firing_for_ms: keepFiringForMs,
      cooldown_ms: cooldownMs,
      tests: tests.length,
    }
  })
}
