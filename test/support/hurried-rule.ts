import { PREDEFINED_RULES } from '../../src/config/alerting/predefined-rules.ts'
import { SIGNALS } from '../../src/config/alerting/signal-catalogue.ts'

/** Times that rules wait for are shorter by so much. */
const HURRY = 40

const TIMES = ['pending_seconds', 'heartbeat_age', 'uptime'] as const

/**
 * A predefined rule for whoever cannot wait, as an entry of `alerting.rules`: the same condition with every window `windowS` seconds long (10 at least: shorter ones are refused), shorter
 * times to wait for, and no `for`. Levels stay as they are.
 */
export function hurriedRule(name: string, windowS = 10, change = (condition: string): string => condition): string {
  const rule = PREDEFINED_RULES.find((each) => each.name === name)
  if (!rule) throw new Error(`there is no rule ${name}`)
  const hurried = (condition: string): string => change(hurriedCondition(condition, windowS))
  const clear = rule.clear === undefined ? '' : `, clear: "${hurried(rule.clear.text)}"`
  return `{ name: ${name}, condition: "${hurried(rule.condition.text)}"${clear}, for: 0, keep_firing_for: 0 }`
}

function hurriedCondition(condition: string, windowS: number): string {
  const windowed = Object.entries(SIGNALS).flatMap(([name, { windowMs }]) => (windowMs === undefined ? [] : [name]))
  return condition
    .replaceAll(/\b(over|avg|min|max)\((\w+), \w+\)/g, `$1($2, ${windowS}s)`)
    .replaceAll(new RegExp(`(?<![\\w(])(${windowed.join('|')})(?!\\w)`, 'g'), `over($1, ${windowS}s)`)
    .replaceAll(
      new RegExp(`\\b(${TIMES.join('|')})((?:, \\w+\\))? [<>]=? )(\\d+)`, 'g'),
      (_, signal, between, seconds) => {
        return `${String(signal)}${String(between)}${Number(seconds) / HURRY}`
      },
    )
}
