import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { CheckOutcome, CheckResult, HealthCheck } from './health-check.ts'
import { runChecks } from './check-runner.ts'

const well: CheckOutcome = { status: 'healthy', message: 'well' }

async function running(run: HealthCheck['run'], everyMs = 10_000) {
  const clock = new FakeClock()
  const results: CheckResult[] = []
  const stop = new AbortController()
  const check = { name: 'it', critical: true, everyMs, timeoutMs: 1_000, run }
  const report = (_: string, result: CheckResult): void => void results.push(result)
  const ended = runChecks([check], { clock, random: () => 0.5, report, hurryMs: 2_000 }, stop.signal)
  return {
    clock,
    results,
    end: async () => {
      stop.abort(new Error('over'))
      await ended
      expect(clock.pendingTimers).toBe(0)
    },
  }
}

test('a check is looked at in its rhythm, and remembers since when it is well', async () => {
  const { clock, results, end } = await running(async () => well)
  await clock.advance(20_000)
  expect(results).toHaveLength(3)
  expect(results.at(-1)).toMatchObject({ status: 'healthy', critical: true, sinceMs: results[0]?.checkedAtMs })
  await end()
})

test('what does not answer counts as failed after its own timeout, and is not asked twice at once', async () => {
  let asked = 0
  const { clock, results, end } = await running((signal) => {
    asked++
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  await clock.advance(999)
  expect(results).toHaveLength(0)
  await clock.advance(1)
  expect(results).toMatchObject([{ status: 'unhealthy', message: 'no answer within 1000 ms', responseTimeMs: 1_000 }])
  expect(asked).toBe(1)
  await end()
})

test('row 109: an error tells its code and remedy, hides passwords, and is looked at again soon', async () => {
  let fails = true
  const { clock, results, end } = await running(async () => {
    if (fails) throw new SyncError('SOURCE_UNREACHABLE', 'no way to postgres://u:geheim@db', { remedy: 'Mend it.' })
    return well
  })
  await clock.advance(0)
  expect(results).toMatchObject([
    { status: 'unhealthy', remedy: 'Mend it.', observed: { error_type: 'SOURCE_UNREACHABLE' } },
  ])
  expect(JSON.stringify(results)).not.toContain('geheim')
  fails = false
  await clock.advance(2_000)
  expect(results.at(-1)?.status).toBe('healthy')
  await end()
})

test('the last success is kept while it fails', async () => {
  let fails = false
  const { clock, results, end } = await running(async () => (fails ? { status: 'degraded', message: 'so so' } : well))
  await clock.advance(0)
  const success = results[0]?.checkedAtMs
  fails = true
  await clock.advance(10_000)
  expect(results.at(-1)).toMatchObject({ status: 'degraded', lastSuccessMs: success })
  await end()
})
