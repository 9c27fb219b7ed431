import { expect, test } from 'vitest'
import type { Signal } from '../../core/signals.ts'
import { tableId } from '../../core/table-id.ts'
import { MetricRegistry } from './metric-registry.ts'
import { MetricsObserver } from './metrics-observer.ts'
import { SeriesTable } from './series-table.ts'

const users = tableId('public', 'users')
const kept = tableId('public', 'kept')

const everything = (table: typeof users): readonly Signal[] => [
  { tag: 'table-state', table, state: { tag: 'snapshotting', generation: 1 } },
  { tag: 'chunk-loaded', table, chunk: 0, rows: 5, bytes: 50, ms: 3, done: 1, chunks: 2 },
  { tag: 'table-state', table, state: { tag: 'streaming', generation: 1 } },
  {
    tag: 'batch-committed',
    number: 7n,
    endLsn: '0/1',
    transactions: 1,
    rows: 3,
    bytes: 30,
    ageMs: 5,
    lagMs: 4,
    oldestLagMs: 6,
    commitMs: 3,
    loadMs: 2,
    tables: [{ table, inserts: 1, updates: 1, deletes: 1, filtered: 1, loadedRows: 3, loadedBytes: 30 }],
  },
  { tag: 'rows-failed', code: 'SINK_BUSY', tables: [{ table, rows: 3 }] },
  { tag: 'rows-failed', code: 'SPOOL_FULL', tables: [{ table, rows: 3 }] },
  { tag: 'values-reread', table, rows: 2, from: 'source' },
]

test('a table that is removed leaves no series behind, and other tables keep theirs', async () => {
  const clock = { now: () => 1_700_000_000_000 }
  const series = new SeriesTable(clock)
  const registry = new MetricRegistry({ announce: series.feed(), maxSeries: 10_000 })
  const observer = new MetricsObserver({ registry, clock, heartbeatEveryMs: 5000, sourceClockOffsetMs: () => 0 })
  const familiesOf = async (label: string): Promise<readonly string[]> => {
    // News of series come in a microtask.
    await Promise.resolve()
    return series
      .families()
      .filter((family) => [...series.shown(family)].some(({ labels }) => labels['table'] === label))
  }
  for (const signal of [...everything(users), ...everything(kept)]) observer.emit(signal)
  const before = await familiesOf('users')
  expect(before).toContain('sync_rereads_total')
  observer.emit({ tag: 'table-state', table: users, state: { tag: 'removed' } })
  expect(await familiesOf('users')).toEqual([])
  expect(await familiesOf('kept')).toEqual(before)
})
