import { describe, expect, test } from 'vitest'
import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { DEFAULT_OBJECTIVES } from '../../../config/alerting/objectives-section.ts'
import { predefinedRule, type PlainRule } from '../../../config/alerting/predefined/predefined-rule.ts'
import { PREDEFINED_RULES } from '../../../config/alerting/predefined-rules.ts'
import type { EvaluationRound } from '../alert-instance.ts'
import { busyInstall } from '../testing/busy-install.ts'
import { ScriptedMetrics } from '../testing/scripted-metrics.ts'
import { AlertEvaluator } from './alert-evaluator.ts'

const HOUR_MS = 3_600_000

function evaluatorOf(source: ScriptedMetrics, rules: readonly AlertRule[]): AlertEvaluator {
  return new AlertEvaluator({ rules, objectives: DEFAULT_OBJECTIVES, source, startedAtMs: source.nowMs })
}

function rule(plain: Partial<PlainRule> & Pick<PlainRule, 'condition'>): AlertRule {
  const words = { title: 'T', summary: 's', description: 'd', why: 'w', steps: ['x'] }
  return predefinedRule({ name: 'mine', severity: 'warning', tests: [], ...words, ...plain })
}

/** Rounds every five seconds; the last one is given. */
function run(evaluator: AlertEvaluator, source: ScriptedMetrics, forMs: number, everyMs = 5000): EvaluationRound {
  let round = evaluator.evaluate(source.nowMs)
  for (const untilMs = source.nowMs + forMs; source.nowMs < untilMs;) {
    source.nowMs += everyMs
    round = evaluator.evaluate(source.nowMs)
  }
  return round
}

describe('on a healthy, busy install with default settings no rule fires within an hour', () => {
  test.each([
    ['from its start, with a first copy', { tables: 20, flushIntervalS: 0.5, copyMinutes: 12 }],
    ['with a long flush interval', { tables: 4, flushIntervalS: 3, copyMinutes: 0 }],
    ['with a single table', { tables: 1, flushIntervalS: 0.5, copyMinutes: 1 }],
  ])('%s', (_what, shape) => {
    const source = busyInstall(shape)
    const evaluator = evaluatorOf(source, PREDEFINED_RULES)
    const fired = new Set<string>()
    for (let round = 0; round < HOUR_MS / 5000; round += 1) {
      source.nowMs += 5000
      for (const { rule: name, state } of evaluator.evaluate(source.nowMs).instances) {
        if (state !== 'pending' && state !== 'inactive') fired.add(name)
      }
    }
    expect([...fired]).toEqual([])
  })

  test('and that is no blindness: the same install with a stopped target does', () => {
    const source = busyInstall({ tables: 4, flushIntervalS: 0.5, copyMinutes: 0 })
    const stoppedAtMs = source.nowMs + HOUR_MS / 4
    const all = new ScriptedMetrics()
    const proxy = {
      series: (family: string) => (family === 'sync_target_up' ? all.series(family) : source.series(family)),
    }
    all.add('sync_target_up', {}, () => Number(source.nowMs < stoppedAtMs))
    const evaluator = new AlertEvaluator({
      rules: PREDEFINED_RULES,
      objectives: DEFAULT_OBJECTIVES,
      source: proxy,
      startedAtMs: source.nowMs,
    })
    const { instances } = run(evaluator, source, HOUR_MS / 2)
    expect(instances.filter(({ state }) => state === 'firing')).toMatchObject([
      {
        rule: 'database_down',
        labels: { database: 'starrocks' },
        annotations: { summary: 'starrocks does not answer' },
      },
    ])
  })
})

describe('after a restart', () => {
  const lagging = rule({ condition: 'throughput < 5', per: 'table', for: '1m' })
  const labels = { table: 'users' }

  function restarted(perSecond: number): { evaluator: AlertEvaluator; source: ScriptedMetrics } {
    const source = new ScriptedMetrics()
    source.add(
      'sync_records_processed_total',
      { ...labels, operation: 'insert' },
      (nowMs) => (nowMs / 1000) * perSecond,
    )
    const evaluator = evaluatorOf(source, [lagging])
    expect(evaluator.remember([{ rule: 'mine', labels, startedAtMs: -60_000 }])).toEqual([])
    return { evaluator, source }
  }

  test('an alert goes on without a new wait, and has begun when it did', () => {
    const { evaluator, source } = restarted(1)
    const round = run(evaluator, source, 10_000)
    expect(round.instances).toMatchObject([{ state: 'firing', startedAtMs: -60_000, labels }])
    expect(round.unknownRules).toEqual(['mine'])
  })

  test('what is over is told once the windows are full, not before', () => {
    const { evaluator, source } = restarted(100)
    expect(run(evaluator, source, 4 * 60_000).instances).toMatchObject([{ state: 'firing' }])
    let ended = 0
    for (let round = 0; round < 30; round += 1) {
      source.nowMs += 5000
      ended += evaluator.evaluate(source.nowMs).instances.filter(({ state }) => state === 'inactive').length
    }
    expect(ended).toBe(1)
  })

  test('an alert that no rule has any more is given back', () => {
    const evaluator = evaluatorOf(new ScriptedMetrics(), [lagging])
    const gone = { rule: 'removed', labels, startedAtMs: 0 }
    const otherwise = { rule: 'mine', labels: { mountpoint: '/' }, startedAtMs: 0 }
    expect(evaluator.remember([gone, otherwise])).toEqual([gone, otherwise])
  })
})

test('a rule that fails is unknown for that round: its alerts are not over by that', () => {
  const source = new ScriptedMetrics()
  source.add('sync_target_up', {}, () => 0)
  let broken = false
  const down = rule({ condition: 'database_up < 1' })
  const failing: AlertRule = {
    ...down,
    get labels() {
      if (broken) throw new Error('planted')
      return down.labels
    },
  }
  const failures: string[] = []
  const evaluator = new AlertEvaluator({
    rules: [failing],
    objectives: DEFAULT_OBJECTIVES,
    source,
    startedAtMs: source.nowMs - HOUR_MS,
    onFailure: (name) => void failures.push(name),
  })
  expect(run(evaluator, source, 10_000)).toMatchObject({ instances: [{ state: 'firing' }], unknownRules: [] })
  broken = true
  expect(run(evaluator, source, 5000)).toMatchObject({ instances: [], unknownRules: ['mine'] })
  expect(failures).toEqual(['mine', 'mine'])
})

describe('forecasts', () => {
  test('are silent until there is enough to go by, and then say how long it lasts', () => {
    const source = new ScriptedMetrics()
    source.add('sync_source_slot_safe_wal_bytes', {}, (nowMs) => 2e10 - nowMs * 1000)
    const evaluator = evaluatorOf(source, [
      rule({ condition: 'forecast(slot_safe_wal_bytes, 4h) <= 0', summary: 'lost{forecast}' }),
    ])
    expect(run(evaluator, source, 60 * 60_000, 60_000).instances).toEqual([])
    const later = run(evaluator, source, 2 * HOUR_MS - 2 * 60_000, 60_000)
    expect(later.instances[0]?.annotations.summary).toBe('lost in 2 h 35 min')
  })

  test('are not misled by a single jump', () => {
    const source = new ScriptedMetrics()
    source.add('sync_disk_used_ratio', { mountpoint: '/' }, (nowMs) => (nowMs > HOUR_MS ? 0.8 : 0.3))
    const evaluator = evaluatorOf(source, [rule({ condition: 'forecast(disk_usage, 4h) > 1', per: 'mountpoint' })])
    const seen = new Set<string>()
    for (let minute = 0; minute < 300; minute += 1) {
      source.nowMs += 60_000
      for (const { state } of evaluator.evaluate(source.nowMs).instances) seen.add(state)
    }
    expect([...seen]).toEqual([])
  })
})

describe('anomalies', () => {
  const unusual = rule({ condition: 'anomaly(lag_seconds) and lag_seconds > baseline(lag_seconds)' })

  function lagOf(valueAt: (nowMs: number) => number): { evaluator: AlertEvaluator; source: ScriptedMetrics } {
    const source = new ScriptedMetrics()
    source.add('sync_lag_seconds', { table: 'users' }, valueAt)
    return { evaluator: evaluatorOf(source, [unusual]), source }
  }

  test('nothing is unusual while it is still being learned what is usual', () => {
    const { evaluator, source } = lagOf((nowMs) => (nowMs > HOUR_MS / 2 ? 500 : 2))
    expect(run(evaluator, source, HOUR_MS, 30_000).instances).toEqual([])
  })

  test('a value far from the last hours is, after some looks, and no longer when it is back', () => {
    const { evaluator, source } = lagOf((nowMs) =>
      nowMs > 4 * HOUR_MS && nowMs < 4.2 * HOUR_MS ? 60 : 2 + Math.sin(nowMs / 1000),
    )
    expect(run(evaluator, source, 4 * HOUR_MS, 30_000).instances).toEqual([])
    expect(run(evaluator, source, 120_000, 30_000).instances).toEqual([])
    expect(run(evaluator, source, 180_000, 30_000).instances).toMatchObject([{ state: 'firing', value: 60 }])
    expect(run(evaluator, source, HOUR_MS, 30_000).instances).toEqual([])
  })
})

test('a rule that cannot be evaluated is counted and does not stop the others', () => {
  const source = new ScriptedMetrics()
  source.add('sync_cpu_used_ratio', {}, () => 1)
  const broken = rule({ name: 'broken', condition: 'cpu_usage > 0.5', summary: 's' })
  const failures: string[] = []
  const evaluator = new AlertEvaluator({
    rules: [
      {
        ...broken,
        words: {
          ...broken.words,
          get summary(): string {
            throw new Error('no words')
          },
        },
      },
      rule({ condition: 'cpu_usage > 0.5' }),
    ],
    objectives: [],
    source,
    startedAtMs: 0,
    onFailure: (name) => failures.push(name),
  })
  expect(evaluator.evaluate(0).instances.map(({ rule: name }) => name)).toEqual(['mine'])
  expect(failures).toEqual(['broken'])
})
