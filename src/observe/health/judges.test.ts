import { describe, expect, test } from 'vitest'
import type { HealthStatus } from './health-check.ts'
import type { JobView, ServiceFacts } from './job-view.ts'
import { judgeNodes } from './judge-nodes.ts'
import { judgeErrorRate, judgePools, judgeShares } from './judge-resources.ts'
import { judgeJobs, judgeLoop, judgeProgress, judgeService } from './judge-service.ts'
import { growthOf, judgeSlot, secondsUntilLost, type SlotFacts } from './judge-slot.ts'
import { freshResult, overallStatus } from './overall-status.ts'

const error = { code: 'SINK_UNREACHABLE', message: 'no frontend answers', remedy: 'Start it.', atMs: 0 }

const running: ServiceFacts = {
  phase: 'running',
  phaseSinceMs: 0,
  hasStarted: true,
  guarantee: 'atomic',
  targetVersion: '4.0',
  lastError: null,
}

test.each<[ServiceFacts['phase'], HealthStatus]>([
  ['starting', 'starting'],
  ['waiting-for-slot', 'starting'],
  ['running', 'healthy'],
  ['reconnecting', 'unhealthy'],
  ['stopping', 'unhealthy'],
])('a service that is %s is %s', (phase, status) => {
  expect(judgeService({ ...running, phase }).status).toBe(status)
})

test('an interrupted service says the last error and what to do', () => {
  expect(judgeService({ ...running, phase: 'reconnecting', lastError: error })).toMatchObject({
    remedy: 'Start it.',
    observed: { error_type: 'SINK_UNREACHABLE', error: 'no frontend answers' },
  })
})

test.each([
  [1000, 'healthy'],
  [1001, 'unhealthy'],
] as const)('a loop that is silent for %i ms of at most 1000 is %s', (silentMs, status) => {
  expect(judgeLoop({ silentMs, blockedAfterMs: 1000 }).status).toBe(status)
})

describe('progress', () => {
  const judged = (pendingSeconds: number, progressSeconds: number, facts = running): HealthStatus =>
    judgeProgress({ facts, pendingSeconds, progressSeconds, stuckAfterMs: 60_000 }).status

  test.each([
    ['idle for an hour', 0, 3600, 'healthy'],
    ['nothing known yet', Number.NaN, Number.NaN, 'healthy'],
    ['an hour behind, but moving', 3600, 1, 'healthy'],
    ['waiting no longer than allowed', 60, 3600, 'healthy'],
    ['stuck', 61, 61, 'unhealthy'],
    ['stuck, and nothing ever got in', 61, Number.NaN, 'unhealthy'],
  ] as const)('%s', (_, pending, progress, status) => {
    expect(judged(pending, progress)).toBe(status)
  })

  test('without a session nothing is replicated: starting at first, unhealthy later', () => {
    expect(judged(0, 0, { ...running, phase: 'starting', hasStarted: false })).toBe('starting')
    expect(judged(0, 0, { ...running, phase: 'reconnecting' })).toBe('unhealthy')
  })
})

describe('jobs', () => {
  const jobs = (...states: readonly JobView['state'][]) => states.map((state, index) => ({ label: `t${index}`, state }))
  test.each([
    [jobs('streaming', 'snapshotting'), 'healthy', '2 of 2 jobs run'],
    [jobs('streaming', 'quarantined'), 'unhealthy', '1 of 2 jobs are stopped by an error: t1'],
    [jobs('streaming', 'refused'), 'unhealthy', '1 of 2 jobs are stopped by an error: t1'],
    [jobs('streaming', 'paused'), 'degraded', '1 of 2 jobs are paused: t1'],
    [jobs('paused', 'paused'), 'paused', 'All jobs are paused'],
    [jobs(), 'healthy', '0 of 0 jobs run'],
  ] as const)('%j', (given, status, message) => {
    expect(judgeJobs(given)).toMatchObject({ status, message })
  })
})

describe('the slot', () => {
  const slot: SlotFacts = {
    active: true,
    walStatus: 'reserved',
    safeWalBytes: null,
    retainedBytes: 100,
    lagBytes: 10,
    growthBytesPerSecond: 5,
  }
  const hours = (count: number): SlotFacts => ({ ...slot, safeWalBytes: count * 3600 * 5 })
  test.each([
    [slot, 'healthy'],
    [null, 'unhealthy'],
    [{ ...slot, active: false }, 'degraded'],
    [{ ...slot, walStatus: 'unreserved' }, 'unhealthy'],
    [{ ...slot, walStatus: 'lost' }, 'unhealthy'],
    [hours(25), 'healthy'],
    [hours(23), 'degraded'],
    [hours(3), 'unhealthy'],
    [{ ...hours(3), growthBytesPerSecond: 0 }, 'healthy'],
    [{ ...hours(3), growthBytesPerSecond: null }, 'healthy'],
  ] as const)('%j is %s', (facts, status) => {
    expect(judgeSlot(facts).status).toBe(status)
  })

  test('row 106: the forecast is what is left by the growth; without growth, never; without a limit, unknown', () => {
    expect(secondsUntilLost(hours(2))).toBe(7200)
    expect(secondsUntilLost({ ...hours(2), growthBytesPerSecond: -1 })).toBe(Number.POSITIVE_INFINITY)
    expect(secondsUntilLost(slot)).toBeNull()
  })

  test('growth needs two looks', () => {
    expect(growthOf(null, { atMs: 0, retainedBytes: 5 })).toBeNull()
    expect(growthOf({ atMs: 0, retainedBytes: 5 }, { atMs: 10_000, retainedBytes: 105 })).toBe(10)
  })
})

describe('resources', () => {
  test('rows 14-16: the fullest share counts, above nine tenths', () => {
    const shares = [
      { name: '/', ratio: 0.5 },
      { name: '/data', ratio: 0.91 },
    ]
    expect(judgeShares('Disk', shares, 'Free it.')).toMatchObject({
      status: 'unhealthy',
      message: 'Disk is at 91 % (/data)',
      remedy: 'Free it.',
    })
    expect(judgeShares('Memory', [{ name: 'm', ratio: 0.9 }], '').status).toBe('healthy')
    expect(judgeShares('Memory', [{ name: 'm', ratio: Number.NaN }], '').status).toBe('unknown')
  })

  test.each([
    [Number.NaN, 'healthy'],
    [0.05, 'healthy'],
    [0.06, 'degraded'],
    [0.11, 'unhealthy'],
  ] as const)('an error rate of %d is %s', (ratio, status) => {
    expect(judgeErrorRate(ratio).status).toBe(status)
  })

  test('row 7: a pool is short when somebody waits and nothing is free; copies may use all of theirs', () => {
    const pool = { name: 'target_sql', used: 4, limit: 4, waiting: 1 }
    expect(judgePools([pool]).status).toBe('degraded')
    expect(judgePools([{ ...pool, waiting: 0 }]).status).toBe('healthy')
    expect(judgePools([{ ...pool, name: 'source_copy' }]).status).toBe('healthy')
  })
})

describe('servers of StarRocks', () => {
  const node = { name: 'be:8040', alive: true, diskUsedRatio: 0.2 }
  const facts = { frontends: [{ name: 'fe:8030', alive: true }], backends: [node, node, node], runningTransactions: 1 }
  test.each([
    [facts, 'healthy'],
    [{ ...facts, frontends: [{ name: 'fe:8030', alive: false }] }, 'degraded'],
    [{ ...facts, backends: [node, node, { ...node, alive: false }] }, 'unhealthy'],
    [{ ...facts, backends: [node, node, node, { ...node, alive: false }] }, 'degraded'],
    [{ ...facts, backends: [node, node, { ...node, diskUsedRatio: 0.95 }] }, 'unhealthy'],
    [{ ...facts, runningTransactions: 900 }, 'degraded'],
    [{ frontends: null, backends: null, runningTransactions: null }, 'unknown'],
  ] as const)('%j: %s', (given, status) => {
    expect(judgeNodes(given, 3).status).toBe(status)
  })
})

describe('together', () => {
  const of = (...results: readonly (readonly [HealthStatus, boolean])[]) =>
    overallStatus(results.map(([status, critical]) => ({ status, critical })))

  test('a critical check counts as it is, another one only degrades', () => {
    expect(of(['healthy', true], ['unhealthy', true])).toBe('unhealthy')
    expect(of(['healthy', true], ['unhealthy', false])).toBe('degraded')
    expect(of(['healthy', true], ['unknown', false])).toBe('healthy')
    expect(of(['unknown', true], ['healthy', true])).toBe('unknown')
    expect(of(['starting', true], ['unknown', true])).toBe('starting')
    expect(of(['paused', false], ['healthy', true])).toBe('degraded')
    expect(of()).toBe('healthy')
  })

  test('a result that is too old says nothing', () => {
    const result = {
      status: 'healthy',
      message: 'well',
      critical: true,
      checkedAtMs: 1000,
      lastSuccessMs: 1000,
      sinceMs: 0,
      staleAfterMs: 5000,
    } as const
    expect(freshResult(result, 6000).status).toBe('healthy')
    expect(freshResult(result, 7000)).toMatchObject({
      status: 'unknown',
      message: 'Not looked at for 6 s; before that: well',
    })
  })
})
