import type { AlertRule, ExpectedFiring, RuleTest, RuleWords } from '../alert-rule.ts'
import { parseCondition } from '../parse-condition.ts'
import { parseDuration } from '../../duration.ts'

/** When a test of a rule expects it to fire, as durations from its start: `['7m', '20m', { table: 'users' }]`. */
type Firing = readonly [from: string, until?: string | undefined, labels?: Readonly<Record<string, string>> | undefined]

/** A test of a predefined rule. */
interface PlainTest {
  readonly name: string
  /** `15s` when absent. */
  readonly interval?: string
  /** Series and their values, in the notation of promtool. */
  readonly series: Readonly<Record<string, string>>
  readonly firing: readonly Firing[]
}

/** A predefined rule as its author writes it. */
export interface PlainRule extends RuleWords {
  readonly name: string
  readonly condition: string
  readonly severity: AlertRule['severity']
  readonly for?: string
  readonly keepFiringFor?: string
  readonly clear?: string
  readonly per?: string
  readonly noData?: AlertRule['noData']
  /** `5m` when absent. */
  readonly cooldown?: string
  readonly inhibits?: readonly string[]
  readonly tests: readonly PlainTest[]
}

function firing([from, until, labels = {}]: Firing): ExpectedFiring {
  return { fromMs: parseDuration(from), untilMs: until === undefined ? undefined : parseDuration(until), labels }
}

function ruleTest(test: PlainTest): RuleTest {
  return {
    name: test.name,
    intervalMs: parseDuration(test.interval ?? '15s'),
    series: Object.entries(test.series).map(([series, values]) => ({ series, values })),
    firing: test.firing.map(firing),
  }
}

/** Reads a predefined rule. @throws {RangeError} when it is wrong, which a test finds. */
export function predefinedRule(plain: PlainRule): AlertRule {
  const { title, summary, description, why, steps } = plain
  return {
    name: plain.name,
    condition: parseCondition(plain.condition),
    severity: plain.severity,
    forMs: parseDuration(plain.for ?? '0s'),
    keepFiringForMs: parseDuration(plain.keepFiringFor ?? '0s'),
    clear: plain.clear === undefined ? undefined : parseCondition(plain.clear),
    per: plain.per,
    noData: plain.noData ?? 'ok',
    cooldownMs: parseDuration(plain.cooldown ?? '5m'),
    labels: {},
    words: { title, summary, description, why, steps },
    inhibits: plain.inhibits ?? [],
    channels: [],
    tests: plain.tests.map(ruleTest),
  }
}
