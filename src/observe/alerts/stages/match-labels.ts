import type { LabelMatcher } from '../../../config/alerting/label-matcher.ts'

const patterns = new Map<string, RegExp>()
const MOST_PATTERNS = 1000

function patternOf(text: string): RegExp {
  const known = patterns.get(text)
  if (known) return known
  if (patterns.size >= MOST_PATTERNS) patterns.clear()
  const made = new RegExp(`^(?:${text})$`)
  patterns.set(text, made)
  return made
}

function fits({ name, operator, value }: LabelMatcher, labels: Readonly<Record<string, string>>): boolean {
  const found = labels[name] ?? ''
  switch (operator) {
    case '=':
      return found === value
    case '!=':
      return found !== value
    case '=~':
      return patternOf(value).test(found)
    case '!~':
      return !patternOf(value).test(found)
  }
}

/** Whether labels fit every matcher; no matcher fits everything. */
export function matchLabels(matchers: readonly LabelMatcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((matcher) => fits(matcher, labels))
}
