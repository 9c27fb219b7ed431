import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AlertRule } from '../../../config/alerting/alert-rule.ts'
import { DEFAULT_OBJECTIVES } from '../../../config/alerting/objectives-section.ts'
import { predefinedRule, type PlainRule } from '../../../config/alerting/predefined/predefined-rule.ts'
import { PREDEFINED_RULES } from '../../../config/alerting/predefined-rules.ts'
import { METRICS } from '../../metrics/catalogue.ts'
import { busyInstall } from '../testing/busy-install.ts'
import { ScriptedMetrics } from '../testing/scripted-metrics.ts'
import { AlertEvaluator } from '../evaluate/alert-evaluator.ts'
import { BaselineFile } from './baseline-file.ts'
import { recordedFamilies } from './recorded-families.ts'
import type { Replay } from './replay-rule.ts'
import { replaySamples } from './replay-samples.ts'
import { SampleRecorder } from './sample-recorder.ts'
import { readSamples, SampleStore } from './sample-store.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'samples-'))
})
afterEach(() => rm(directory, { recursive: true }))

const EVERY_MS = 15_000
const HOUR_MS = 3_600_000

/** Records for some time; the clock of the metrics goes on. */
async function record(source: ScriptedMetrics, forMs: number, limitBytes = 1e9): Promise<void> {
  await using store = new SampleStore(directory, limitBytes)
  const recorder = new SampleRecorder(source, recordedFamilies())
  for (const untilMs = source.nowMs + forMs; source.nowMs < untilMs; source.nowMs += EVERY_MS) {
    if (recorder.isComplete) await store.append([...recorder.drain()])
    void [...recorder.take(source.nowMs)]
  }
  await store.append([...recorder.drain()])
}

/** All steps at once. */
const takeSteps = async (steps: Generator<void, void>): Promise<void> => void [...steps]

async function replay(rule: AlertRule, sinceMs: number): Promise<Replay> {
  return await replaySamples(rule, { objectives: DEFAULT_OBJECTIVES, directory, sinceMs, takeSteps })
}

function rule(plain: Partial<PlainRule> & Pick<PlainRule, 'condition'>): AlertRule {
  const words = { title: 'T', summary: '{value}', description: 'd', why: 'w', steps: ['x'] }
  return predefinedRule({ name: 'mine', severity: 'warning', tests: [], ...words, ...plain })
}

test('every metric that a signal reads is recorded', () => {
  const names = recordedFamilies().map((family) => family.replace(/_bucket$/, ''))
  expect(names.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([])
  expect(recordedFamilies()).toEqual(
    expect.arrayContaining(['sync_lag_seconds', 'sync_target_up', 'sync_processing_latency_seconds_bucket']),
  )
})

describe('a rule on what was (row 100)', () => {
  test('fires as it would have, to the sample; what was too short is counted; a lower limit shows more', async () => {
    const source = new ScriptedMetrics()
    source.nowMs = 10 * HOUR_MS
    const lagAt = (nowMs: number): number => (nowMs % HOUR_MS < 10 * 60_000 ? 90 : nowMs % HOUR_MS < 660_000 ? 70 : 1)
    source.add('sync_lag_seconds', { table: 'users' }, lagAt)
    source.add('sync_lag_seconds', { table: 'orders' }, () => 0.123)
    await record(source, 3 * HOUR_MS)
    const late = rule({ condition: 'lag_seconds > 60', per: 'table', for: '5m' })
    const found = await replay(late, 11 * HOUR_MS)
    expect(found).toMatchObject({ samples: 480, gaps: 0, fromMs: 11 * HOUR_MS, untilMs: 13 * HOUR_MS - EVERY_MS })
    expect(
      found.firings.map(({ labels, fromMs, untilMs }) => [labels, fromMs / 60_000, (untilMs ?? 0) / 60_000]),
    ).toEqual([
      [{ table: 'users' }, 665, 671],
      [{ table: 'users' }, 725, 731],
    ])
    expect((await replay({ ...late, forMs: 15 * 60_000 }, 11 * HOUR_MS)).tooShort).toEqual({
      count: 2,
      longestMs: 11 * 60_000,
    })
    expect((await replay(rule({ condition: 'lag_seconds > 95', per: 'table' }), 0)).firings).toEqual([])
  })

  test('what was recorded of a healthy install raises no alert', async () => {
    const source = busyInstall({ tables: 3, flushIntervalS: 0.5, copyMinutes: 2 })
    const sinceMs = source.nowMs
    await record(source, HOUR_MS)
    const some = new Set(['critical_error_rate', 'high_latency', 'no_data_processing', 'freshness_fast_burn'])
    for (const each of PREDEFINED_RULES.filter(({ name }) => some.has(name))) {
      expect(await replay(each, sinceMs)).toMatchObject({ samples: 240, firings: [] })
    }
  })

  test('a time in which the service did not run is a gap; a counter that began anew is no growth', async () => {
    const source = new ScriptedMetrics()
    source.nowMs = HOUR_MS
    source.add('sync_records_failed_total', { table: 't', error_type: 'connection' }, (nowMs) => nowMs % HOUR_MS)
    await record(source, HOUR_MS / 2)
    source.nowMs = 2 * HOUR_MS
    await record(source, HOUR_MS / 2)
    expect(await replay(rule({ condition: 'records_failed < 0', per: 'table' }), 0)).toMatchObject({
      gaps: 1,
      firings: [],
    })
  })
})

describe('samples on disk', () => {
  test('stay below their size: the oldest go', async () => {
    const source = new ScriptedMetrics()
    for (let index = 0; index < 50; index += 1) {
      source.add('sync_lag_seconds', { table: `t${index}` }, (nowMs) => Math.sin(nowMs * (index + 1)))
    }
    await record(source, 10 * HOUR_MS, 200_000)
    const sizes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
    )
    const sum = sizes.reduce((a, b) => a + b, 0)
    expect(sum).toBeLessThanOrEqual(200_000)
    expect(sum).toBeGreaterThan(100_000)
    const { fromMs, untilMs } = await replay(rule({ condition: 'lag_seconds > 2' }), 0)
    expect(untilMs).toBe(10 * HOUR_MS - EVERY_MS)
    expect(fromMs).toBeGreaterThan(0)
  })

  test('a file that a crash cut off is read as far as it goes', async () => {
    const source = new ScriptedMetrics()
    source.add('sync_lag_seconds', { table: 't' }, (nowMs) => nowMs / 7)
    await record(source, HOUR_MS)
    const [name = ''] = await readdir(directory)
    const whole = await readFile(join(directory, name))
    await writeFile(join(directory, name), whole.subarray(0, whole.length - 3))
    expect((await replay(rule({ condition: 'lag_seconds > 2' }), 0)).samples).toBe(220)
    whole[whole.length - 3] = 255 - (whole[whole.length - 3] ?? 0)
    await writeFile(join(directory, name), whole)
    expect((await replay(rule({ condition: 'lag_seconds > 2' }), 0)).samples).toBe(220)
  })

  test('come back as they were, gaps in values too', async () => {
    const values = [1, 2.5, Number.NaN, -3, 1e300, 7]
    const source = new ScriptedMetrics()
    source.add('sync_lag_seconds', { table: 'x "y" \u00e9' }, (nowMs) => values[nowMs / EVERY_MS] ?? Number.NaN)
    source.add('sync_session_starts_total', {}, (nowMs) => nowMs)
    await record(source, values.length * EVERY_MS)
    const blocks = []
    for await (const { series } of readSamples(directory, 0)) blocks.push(...series)
    expect(blocks).toEqual(
      [
        { family: 'sync_session_starts_total', labels: {}, values: values.map((_, index) => index * EVERY_MS) },
        { family: 'sync_lag_seconds', labels: { table: 'x "y" \u00e9' }, values },
      ].toSorted((a, b) => recordedFamilies().indexOf(a.family) - recordedFamilies().indexOf(b.family)),
    )
  })
})

test('what was learned outlives a restart, for each table', async () => {
  const source = new ScriptedMetrics()
  source.nowMs = 100 * HOUR_MS
  for (const [table, lag] of [
    ['users', 4],
    ['orders', 50],
  ] as const) {
    source.add('sync_lag_seconds', { table }, (nowMs) => lag + Math.sin(nowMs))
  }
  const unusual = rule({ condition: 'anomaly(lag_seconds)', per: 'table' })
  const life = async (minutes: number): Promise<readonly number[]> => {
    const learned = await BaselineFile.open(directory)
    const settings = { rules: [unusual], objectives: [], source, startedAtMs: source.nowMs }
    const evaluator = new AlertEvaluator({ ...settings, remembered: learned.remembered })
    for (let minute = 0; minute < minutes; minute += 1) {
      source.nowMs += 60_000
      evaluator.evaluate(source.nowMs)
    }
    await learned.save(evaluator.plan.baselines, () => Promise.resolve())
    const [[, column] = []] = evaluator.plan.baselines
    return [0, 1].map((slot) => Math.round(column?.bandOf(slot)?.middle ?? Number.NaN))
  }
  expect(await life(30)).toEqual([Number.NaN, Number.NaN])
  expect(await life(200)).toEqual([4, 50])
  expect(await life(1)).toEqual([4, 50])
  await writeFile(join(directory, 'baselines.jsonl'), 'no JSON\n{"signal":1}\n')
  expect(await life(1)).toEqual([Number.NaN, Number.NaN])
})
