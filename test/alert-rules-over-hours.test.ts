import { describe, expect, test } from 'vitest'
import { SimulatedService } from './support/simulated-service.ts'

/** Which rules have fired, and are over. */
const story = ({ fired }: SimulatedService): readonly (readonly [string, boolean])[] =>
  fired.map(([rule, , until]) => [rule, until !== null] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))

describe('predefined rules, as they are, fire by a cause and are over when it is gone', { timeout: 30_000 }, () => {
  test('a target that slows down for 40 minutes: throughput, latency, markers and freshness (rows 57, 58, 107)', async () => {
    const service = new SimulatedService([
      'low_throughput',
      'heartbeat_missing',
      'high_latency',
      'freshness_fast_burn',
      'freshness_slow_burn',
      'no_data_processing',
    ])
    await service.pass(60)
    service.around.takes = 50
    service.around.batchMs = 3000
    await service.pass(40)
    service.around.takes = 5000
    service.around.batchMs = 120
    await service.pass(400, 30)
    expect(story(service)).toEqual([
      ['freshness_fast_burn', true],
      ['freshness_slow_burn', true],
      ['heartbeat_missing', true],
      ['high_latency', true],
      ['low_throughput', true],
    ])
  })

  test('errors, for two levels, on a target that refuses a part of the batches; nothing applied at all when it takes none', async () => {
    const service = new SimulatedService([
      'critical_error_rate',
      'high_error_rate',
      'no_data_processing',
      'checkpoint_failures',
    ])
    await service.pass(20)
    service.around.refuses = 0.07
    await service.pass(10)
    expect(story(service)).toEqual([
      ['checkpoint_failures', false],
      ['high_error_rate', false],
    ])
    service.around.refuses = 0.3
    await service.pass(10)
    service.around.refuses = 0
    service.around.takes = 0
    await service.pass(15)
    expect(service.fired).toContainEqual(['no_data_processing', expect.any(Number), null])
    service.around.takes = 5000
    await service.pass(30)
    expect(story(service)).toEqual([
      ['checkpoint_failures', true],
      ['critical_error_rate', true],
      ['high_error_rate', true],
      ['no_data_processing', true],
    ])
  })

  test('a machine that is short of memory, CPU and disk; a backend whose disk fills; clocks that differ', async () => {
    const service = new SimulatedService([
      'high_memory_usage',
      'high_cpu_usage',
      'disk_space_low',
      'starrocks_disk_low',
      'clock_skew',
    ])
    await service.pass(10)
    expect(service.fired).toEqual([])
    Object.assign(service.around, {
      memoryUsed: 0.95,
      cpuUsed: 0.97,
      diskUsed: 0.93,
      backendDiskUsed: 0.95,
      sourceAheadMs: 5000,
    })
    await service.pass(20)
    expect(service.fired.map(([rule, fromMin]) => `${rule} ${Math.floor(fromMin)}`).toSorted()).toEqual(
      [
        'high_memory_usage 15',
        'disk_space_low 15',
        'starrocks_disk_low 15',
        'high_cpu_usage 15',
        'clock_skew 20',
      ].toSorted(),
    )
    Object.assign(service.around, {
      memoryUsed: 0.5,
      cpuUsed: 0.4,
      diskUsed: 0.5,
      backendDiskUsed: 0.4,
      sourceAheadMs: 0,
    })
    await service.pass(5)
    expect(service.fired.every(([, , until]) => until !== null && until < 32)).toBe(true)
  })

  test('a disk that grows by a percent an hour is foretold to be full (rows 91, 106)', async () => {
    const service = new SimulatedService(['disk_full_soon'])
    service.around.diskUsed = 0.6
    for (let quarter = 0; quarter < 32 * 4; quarter += 1) {
      await service.pass(15, 900)
      service.around.diskUsed += 0.0025
    }
    expect(service.fired).toEqual([['disk_full_soon', expect.any(Number), null]])
    service.around.diskUsed = 0.3
    await service.pass(30, 900)
    expect(story(service)).toEqual([['disk_full_soon', true]])
  })

  test('a slot whose room shrinks is foretold to be lost, is at its end, and is lost (rows 105, 106)', async () => {
    const service = new SimulatedService(['slot_at_risk', 'slot_lost'])
    await service.pass(60, 60)
    for (let minute = 0; minute < 240; minute += 1) {
      service.around.safeWalBytes -= 25e6
      service.around.retainedBytes += 25e6
      await service.pass(1, 60)
    }
    expect(service.fired).toEqual([['slot_at_risk', expect.any(Number), null]])
    service.around.walStatus = 'lost'
    await service.pass(15, 60)
    expect(story(service)).toEqual([
      ['slot_at_risk', true],
      ['slot_lost', false],
    ])
    Object.assign(service.around, { walStatus: 'reserved', safeWalBytes: 9e9, retainedBytes: 1e8 })
    await service.pass(5, 60)
    expect(story(service)).toEqual([
      ['slot_at_risk', true],
      ['slot_lost', true],
    ])
  })

  test('what is unusual: errors, latency and throughput, once it is known what is usual (row 98)', async () => {
    const service = new SimulatedService(['error_rate_unusual', 'latency_unusual', 'throughput_unusual'])
    service.around.refuses = 0.001
    const baseline = (signal: string): number | undefined =>
      service.series
        .series('sync_signal_baseline')
        .find(({ labels }) => labels['signal'] === signal && labels['table'] === '')
        ?.value()
    await service.pass(60, 60)
    expect(baseline('throughput')).toBeNaN()
    await service.pass(180, 60)
    expect(baseline('throughput')).toBeCloseTo(500, 0)
    expect(service.fired).toEqual([])
    Object.assign(service.around, { writes: 2500, refuses: 0.03, batchMs: 900 })
    await service.pass(40, 30)
    expect(story(service).map(([rule]) => rule)).toEqual([
      'error_rate_unusual',
      'latency_unusual',
      'throughput_unusual',
    ])
    const anomalies = service.series.series('sync_signal_anomaly').filter((each) => each.value() === 1)
    expect(anomalies.map(({ labels }) => labels['signal'] ?? '').toSorted()).toEqual([
      'error_rate',
      'p99_latency',
      'throughput',
    ])
    Object.assign(service.around, { writes: 500, refuses: 0.001, batchMs: 120 })
    await service.pass(60, 30)
    expect(story(service).every(([, isOver]) => isOver)).toBe(true)
  })
})
