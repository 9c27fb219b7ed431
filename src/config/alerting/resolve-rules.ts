import { nearestName } from '../nearest-name.ts'
import type { Refuse } from '../declaration.ts'
import type { AlertRule } from './alert-rule.ts'
import { checkRule } from './check-rule.ts'
import type { WrittenRule } from './rule-section.ts'

/** `error_budget` -> `Error Budget`. */
function titleOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/(^| )[a-z]/g, (letter) => letter.toUpperCase())
}

function newRule({ name, condition, given, words }: WrittenRule): AlertRule | null {
  if (!condition) return null
  const title = words.title ?? titleOf(name)
  return {
    severity: 'warning',
    forMs: 0,
    keepFiringForMs: 0,
    noData: 'ok',
    cooldownMs: 300_000,
    labels: {},
    inhibits: [],
    channels: [],
    tests: [],
    ...given,
    name,
    condition,
    words: {
      title,
      summary: `${title}: {value}`,
      description: `The condition \`${condition.text}\` holds.`,
      why: 'This rule was made by the operator of this installation.',
      steps: ['Run `sync-app status`.'],
      ...words,
    },
  }
}

function changedRule(predefined: AlertRule, { condition, given, words }: WrittenRule): AlertRule {
  const isOther = condition !== undefined && condition.text !== predefined.condition.text
  return {
    ...predefined,
    // What belongs to another condition does not fit the new one.
    ...(isOther ? { condition, clear: undefined, tests: [] } : {}),
    ...given,
    words: { ...predefined.words, ...words },
  }
}

/**
 * The rules in force: the predefined ones as the file changes them, then those of the file. Wrong ones are refused at
 * their place in `rules`.
 */
export function resolveRules(
  written: readonly WrittenRule[],
  predefined: readonly AlertRule[],
  refuse: Refuse,
): readonly AlertRule[] {
  const known = new Map(predefined.map((rule) => [rule.name, rule]))
  const resolved = new Map(known)
  const names = [...known.keys(), ...written.map(({ name }) => name)]
  for (const [index, rule] of written.entries()) {
    const path = ['rules', index]
    if (written.findIndex(({ name }) => name === rule.name) < index) {
      refuse([...path, 'name'], 'is the name of an earlier rule as well')
    }
    const base = known.get(rule.name)
    const made = base ? changedRule(base, rule) : newRule(rule)
    if (made === null) {
      const near = nearestName(rule.name, known.keys())
      const hint = near === undefined ? '' : `; did you mean the predefined rule ${JSON.stringify(near)}?`
      refuse(
        [...path, 'name'],
        `there is no predefined rule ${JSON.stringify(rule.name)}, and no condition is given${hint}`,
      )
      continue
    }
    for (const { key, message } of checkRule(made, names)) refuse([...path, key], message)
    if (rule.enabled) resolved.set(rule.name, made)
    else resolved.delete(rule.name)
  }
  return [...resolved.values()]
}
