import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { parseExposition } from '../../../test/support/parse-exposition.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { parseConfig } from '../../config/load-config.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import { RecentLines } from '../../observe/logs/recent-lines.ts'
import { monitorSetup } from './monitor-setup.ts'
import { RestartPause } from './restart-pause.ts'
import { type Monitor, startMonitor } from './start-monitor.ts'

const ENTRY = new URL('../../../test/support/fragile-monitor.ts', import.meta.url)
const YAML = `pipeline: fragile
source: { url: "postgres://sync@127.0.0.1:1/shop" }
target: { fe_http: "http://127.0.0.1:1", fe_mysql: "mysql://root@127.0.0.1:1" }
http: { port: 0, metrics_port: 0 }
`

describe('a monitor thread that does not do its work any more', { timeout: 30_000 }, () => {
  const clock = new FakeClock()
  const orders = new BroadcastChannel('fragile-fragile')
  const recent = new RecentLines()
  let told: LogRecord[] = []
  let monitor: Monitor
  beforeEach(async () => {
    told = []
    const { config } = parseConfig(YAML, 'x.yaml', { env: {}, readFile: () => '' })
    const setup = monitorSetup(config, { version: '0', startedAtMs: clock.now(), beat: new SharedArrayBuffer(4) })
    const log = { recent, write: (record: LogRecord) => void told.push(record) }
    const carryOut = async () => ({ tag: 'done', position: '0/1' }) as const
    monitor = await startMonitor({ entry: ENTRY, setup, clock, log, carryOut })
  })
  afterEach(async () => await monitor[Symbol.asyncDispose]())

  const describeLog = (): string => JSON.stringify(told)
  const untilTold = (message: string) =>
    waitFor(() => told.some((each) => each.message === message), { describe: describeLog })
  const get = async (port: number, path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${port}${path}`)).text()

  /** What a probe and a scrape see. */
  async function seen() {
    const samples = parseExposition(await get(monitor.ports.metricsPort, '/metrics'))
    const value = (name: string): string | undefined => samples.find((sample) => sample.name === name)?.value
    const { checks, jobs } = JSON.parse(await get(monitor.ports.port, '/health/detailed'))
    return {
      restarts: value('sync_monitor_restarts_total'),
      transactions: value('sync_transactions_total'),
      postgres: checks.postgres_connection?.message,
      jobs: jobs.map(({ table }: { table: string }) => table),
    }
  }

  function tellSomething(): void {
    const job = { label: 'users', target: 'shop.users', state: 'streaming', sinceMs: 0, lastError: null } as const
    monitor.tell({ tag: 'job', job: { ...job, table: 'public.users' } })
    monitor.tell({ tag: 'job', job: { ...job, table: 'public.gone', label: 'gone' } })
    monitor.tell({ tag: 'job-gone', table: 'public.gone' })
    const times = { checkedAtMs: 0, lastSuccessMs: 0, sinceMs: 0, staleAfterMs: Number.POSITIVE_INFINITY }
    const result = { status: 'healthy', message: 'told before', critical: true, ...times } as const
    monitor.tell({ tag: 'check', name: 'postgres_connection', result })
    monitor.registry.counter('sync_transactions_total', []).add(7)
  }

  test('row 118: is started again on the same ports when it ends, and knows what it was told', async () => {
    tellSomething()
    const before = { restarts: '0', transactions: '7', postgres: 'told before', jobs: ['users'] }
    await expect.poll(seen).toEqual(before)
    orders.postMessage('crash')
    await untilTold('The monitor thread has ended')
    expect(told.at(-1)).toMatchObject({ level: 'ERROR', fields: { error: 'planted', retry_in_ms: 250 } })
    monitor.registry.counter('sync_transactions_total', []).add(1)
    await clock.advance(1_000)
    await untilTold('Listening again')
    await expect.poll(seen).toEqual({ ...before, restarts: '1', transactions: '8' })
  })

  test('is ended and started again when it hangs', async () => {
    orders.postMessage('hang')
    await expect
      .poll(async () => {
        await clock.advance(31_000)
        return told.map(({ message }) => message)
      })
      .toContain('The monitor thread hangs')
    await untilTold('The monitor thread has ended')
    await clock.advance(1_000)
    await untilTold('Listening again')
    expect(await get(monitor.ports.port, '/health/live')).toContain('sync_loop')
  })
})

test('the pause before a restart grows while the thread ends again and again, and is short after it ran for long', () => {
  const pause = new RestartPause()
  expect([0, 300, 900, 2_000].map((nowMs) => pause.next(nowMs))).toEqual([250, 500, 1_000, 2_000])
  expect(Array.from({ length: 6 }, (_, index) => pause.next(10_000 + index)).at(-1)).toBe(30_000)
  expect(pause.next(200_000)).toBe(250)
})
