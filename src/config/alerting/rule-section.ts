import type { z } from 'zod'
import {
  defaulted,
  list,
  map,
  oneOrMore,
  optional,
  required,
  scalar,
  section,
  type Kind,
  type Refuse,
} from '../declaration.ts'
import { parseDuration } from '../duration.ts'
import { choice, text, yesOrNo } from '../scalars.ts'
import type { AlertRule, RuleTest } from './alert-rule.ts'
import type { Condition } from './condition.ts'
import { parseCondition } from './parse-condition.ts'
import { parseTestSeries, parseTestValues } from './test-series.ts'

/** Some of the fields; none of them undefined. */
type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** A rule of the file: what it says itself; the rest comes from the predefined rule of its name, or from defaults. */
export interface WrittenRule {
  readonly name: string
  readonly enabled: boolean
  readonly condition?: Condition | undefined
  readonly given: Given<Omit<AlertRule, 'name' | 'condition' | 'words'>>
  readonly words: Given<AlertRule['words']>
}

/** The guide writes a bare number of seconds. */
const secondsOrDuration = scalar('seconds or duration', (value) =>
  /^\d+$/.test(value) ? Number(value) * 1000 : parseDuration(value),
)

const ruleName = scalar('name', (value) => {
  if (/^[a-z][a-z0-9_]{0,59}$/.test(value)) return value
  throw new RangeError('is not a name of a-z, 0-9 and _, beginning with a letter')
})

const condition = scalar('condition', parseCondition)

/** A name that Prometheus takes as a label. */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

const expectedFiring = section(
  {
    from: required(secondsOrDuration, 'Since when the rule must fire, from the start of the test.'),
    until: optional(secondsOrDuration, { doc: 'Until when.', defaultText: 'the end of the test' }),
    labels: optional(map(text), { doc: 'Labels of the instance, as far as `per` gives them.' }),
  },
  (yaml) => ({ fromMs: yaml.from, untilMs: yaml.until, labels: yaml.labels ?? {} }),
)

const testSeries = section(
  {
    series: required(scalar('series', parseTestSeries), 'A metric with its labels: `sync_lag_seconds{table="users"}`.'),
    values: required(
      scalar('values', (value) => {
        parseTestValues(value)
        return value
      }),
      'Its values, as promtool writes them: `0+10x30` for 0, 10, ... 300; `_` for none.',
    ),
  },
  (yaml) => ({ series: yaml.series, values: yaml.values }),
)

const ruleTest = section(
  {
    name: required(text, 'What happens.'),
    interval: defaulted(secondsOrDuration, '15s', { doc: 'Time between two values and between two evaluations.' }),
    series: required(list(testSeries), 'What is measured.'),
    firing: optional(list(expectedFiring), { doc: 'When the rule must fire.', defaultText: 'never' }),
  },
  (yaml): RuleTest => ({
    name: yaml.name,
    intervalMs: yaml.interval,
    series: yaml.series,
    firing: yaml.firing ?? [],
  }),
)

const keys = {
  name: required(ruleName, 'The rule’s name. That of a predefined rule changes that rule: only what is given differs.'),
  enabled: defaulted(yesOrNo, 'true', { doc: 'Whether it is evaluated.' }),
  condition: optional(condition, {
    doc: 'When it fires: `error_rate > 0.05`. Required unless the rule is a predefined one.',
  }),
  severity: optional(choice(['critical', 'warning', 'info']), { doc: 'How bad it is.', defaultText: 'warning' }),
  cooldown: optional(secondsOrDuration, {
    doc: 'Time until the same alert is sent again; a bare number is seconds.',
    defaultText: '300',
  }),
  for: optional(secondsOrDuration, { doc: 'How long the condition must hold first.', defaultText: '0' }),
  keep_firing_for: optional(secondsOrDuration, {
    doc: 'How long it keeps firing after the condition has ended.',
    defaultText: '0',
  }),
  clear: optional(condition, {
    doc: 'Once it fires, it goes on until this holds, such as `error_rate < 0.04`.',
    defaultText: 'until the condition does not hold',
  }),
  per: optional(text, {
    doc: 'Label that makes one instance of the rule for each of its values, such as `table`.',
    defaultText: 'one instance for the whole pipeline',
  }),
  no_data: optional(choice(['ok', 'alert', 'keep']), {
    doc: 'What missing values mean: nothing, an alert, or whatever held before.',
    defaultText: 'ok',
  }),
  labels: optional(map(text), { doc: 'Labels that are added to its alerts.' }),
  title: optional(text, { doc: 'Its title.', defaultText: 'made of the name' }),
  summary: optional(text, { doc: 'What is wrong, in one line; `{value}` and `{table}` are put in.' }),
  description: optional(text, { doc: 'What that means.' }),
  why: optional(text, { doc: 'The likely cause.' }),
  steps: optional(oneOrMore(text), { doc: 'What to do, step by step.' }),
  runbook: optional(text, { doc: 'Address of its runbook.' }),
  inhibits: optional(oneOrMore(text), { doc: 'Rules that are not told about while this one fires.' }),
  channels: optional(oneOrMore(text), { doc: 'Channels to tell.', defaultText: 'as routed' }),
  escalation: optional(text, { doc: 'Chain to follow when nobody acknowledges.', defaultText: 'as routed' }),
  test: optional(list(ruleTest), { doc: 'Tests: `sync-app alerts test NAME` runs them.' }),
}

type RuleYaml = z.output<z.ZodObject<typeof keys>>

function readRule(yaml: RuleYaml, refuse: Refuse): WrittenRule {
  for (const label of Object.keys(yaml.labels ?? {})) {
    if (!LABEL_NAME.test(label)) refuse(['labels', label], 'is not a name of letters, digits and _')
  }
  return {
    name: yaml.name,
    enabled: yaml.enabled,
    condition: yaml.condition,
    given: given({
      severity: yaml.severity,
      cooldownMs: yaml.cooldown,
      forMs: yaml.for,
      keepFiringForMs: yaml.keep_firing_for,
      clear: yaml.clear,
      per: yaml.per,
      noData: yaml.no_data,
      labels: yaml.labels,
      inhibits: yaml.inhibits,
      channels: yaml.channels,
      escalation: yaml.escalation,
      tests: yaml.test,
    }),
    words: given({
      title: yaml.title,
      summary: yaml.summary,
      description: yaml.description,
      why: yaml.why,
      steps: yaml.steps,
      runbook: yaml.runbook,
    }),
  }
}

/** Without the keys that the file does not have, so that they do not hide those of a predefined rule. */
function given<T extends object>(fields: T): Given<T> {
  const kept: Given<T> = {}
  return Object.assign(kept, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)))
}

/** One entry of `alerting.rules`. */
export const ruleSection: Kind<WrittenRule> = section(keys, readRule)
