import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { tableId } from '../../core/table-id.ts'
import { MetricRegistry } from '../metrics/metric-registry.ts'
import { MetricsObserver } from '../metrics/metrics-observer.ts'
import { SeriesTable } from '../metrics/series-table.ts'
import { HealthPicture } from './health-picture.ts'
import { JobBoard } from './job-board.ts'

const EVERY_MS = 5_000
const HOUR_MS = 3_600_000
const STUCK_MS = 60_000

test('row 104: through an hour without a change the service is ready and late by nothing; without markers it soon is neither', async () => {
  const clock = new FakeClock()
  const series = new SeriesTable(clock)
  const registry = new MetricRegistry({ announce: series.feed(), maxSeries: 10_000 })
  const health = new HealthPicture({
    clock,
    reader: series,
    loopSilentMs: () => 0,
    stuckAfterMs: STUCK_MS,
    blockedAfterMs: 10_000,
    groups: {},
  })
  const observer = new MetricsObserver({ registry, clock, heartbeatEveryMs: EVERY_MS, sourceClockOffsetMs: () => 0 })
  const events = {
    job: health.takeJob.bind(health),
    gone: health.dropJob.bind(health),
    facts: health.takeFacts.bind(health),
  }
  const board = new JobBoard({ clock, targetOf: () => 'shop.users', events })
  const emit = (signal: Parameters<typeof observer.emit>[0]): void => {
    observer.emit(signal)
    board.emit(signal)
  }
  const now = () => ({
    ready: health.group('ready')?.status,
    lag: series.series('sync_lag_seconds').map((each) => Math.round(each.value())),
  })
  emit({ tag: 'took-over', epoch: 1n, position: '0/1' })
  emit({ tag: 'table-state', table: tableId('public', 'users'), state: { tag: 'streaming', generation: 1 } })
  for (let passedMs = 0; passedMs < HOUR_MS; passedMs += EVERY_MS) {
    emit({ tag: 'heartbeat', sentAtMs: clock.now(), delayMs: 10 })
    await clock.advance(EVERY_MS)
  }
  expect(now()).toEqual({ ready: 'healthy', lag: [0] })
  const sentAtMs = clock.now()
  for (let passedMs = 0; passedMs < STUCK_MS + EVERY_MS; passedMs += 1_000) {
    const pools = { pausedRatio: 0, pools: [] }
    const rows = { gatheringRows: 0, applyingRows: 0, lagBytes: 0, receivedBytes: 0, spooledBytes: 0 }
    emit({ tag: 'pulse', pendingCommitMs: null, pendingMarkerMs: sentAtMs, ...rows, ...pools })
    await clock.advance(1_000)
  }
  expect(now()).toEqual({ ready: 'unhealthy', lag: [65] })
})
