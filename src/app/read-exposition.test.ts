import { expect, test } from 'vitest'
import { activityIn } from './read-activity.ts'
import { readExposition } from './read-exposition.ts'

/** As the monitoring guide has it. */
const GUIDE = `# Sync records processed
sync_records_processed_total{table="users", operation="insert"} 1500
sync_records_processed_total{table="orders", operation="update"} 750
sync_records_failed_total{table="users", error_type="connection"} 5
sync_records_failed_total{table="users", error_type="validation"} 2
sync_processing_latency_seconds_bucket{table="users", operation="insert", le="+Inf"} 100
sync_active_jobs 4

sync_throughput_records_per_second{table="users"} 250.5
sync_throughput_records_per_second{table="orders"} 180.2
sync_lag_seconds{table="users"} 5.2
`

test('the guide’s own examples are read', () => {
  const seen = readExposition(GUIDE)
  expect(seen.samples).toHaveLength(9)
  expect(seen.sum('sync_records_processed_total')).toBe(2250)
  expect(seen.sum('sync_records_processed_total', { table: 'users' })).toBe(1500)
  expect(seen.sum('sync_active_jobs')).toBe(4)
  expect(seen.sum('absent')).toBeNull()
  expect([seen.hasFamily('sync_processing_latency_seconds'), seen.hasFamily('sync_batch_size')]).toEqual([true, false])
})

test('what is measured of each table, and of all', () => {
  const { tables, ...all } = activityIn(readExposition(GUIDE))
  expect(all).toEqual({ recordsPerSecond: 430.7, recordsFailed: 7 })
  expect([...tables]).toEqual([
    ['users', { lagSeconds: 5.2, recordsPerSecond: 250.5, recordsFailed: 7 }],
    ['orders', { lagSeconds: null, recordsPerSecond: 180.2, recordsFailed: 0 }],
  ])
})

test.each([
  ['escapes', 'a{t="x\\"y\\\\z\\n}"} 1', { t: 'x"y\\z\n}' }, 1],
  ['a time stamp', 'a{t="1"} 2.5e3 1700000000000', { t: '1' }, 2500],
  ['an exemplar', 'a{t="1"} 3 # {trace="x"} 1 2', { t: '1' }, 3],
  ['no labels', 'a{} 4', {}, 4],
  ['no number', 'a NaN', {}, NaN],
  ['infinity', 'a -Inf', {}, -Infinity],
  ['a name that objects have', 'a{__proto__="x"} 1', Object.fromEntries([['__proto__', 'x']]), 1],
])('%s', (_, line, labels, value) => {
  expect(readExposition(line).samples).toEqual([{ name: 'a', labels, value }])
})

test.each(['<html>', 'a{b=1} 2', 'a', '{"a": 1}'])('%s is refused, with its line', (line) => {
  expect(() => readExposition(`a 1\n${line}`)).toThrow(/^line 2 is no sample/)
})
