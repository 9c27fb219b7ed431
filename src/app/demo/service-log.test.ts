import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { loggingSection } from '../../config/logging-section.ts'
import { formatLsn, lsn } from '../../core/lsn.ts'
import type { Signal } from '../../core/signals.ts'
import { SyncError } from '../../core/sync-error.ts'
import { tableId } from '../../core/table-id.ts'
import { openLog } from '../open-log.ts'
import { ServiceLog } from './service-log.ts'

const orders = tableId('public', 'orders')

/** What the log of a service that emits these signals tells. */
async function logOf(signals: readonly Signal[]): Promise<ServiceLog> {
  const log = new ServiceLog()
  const write = (text: string) => {
    for (const line of text.split('\n')) log.take(line)
    return true
  }
  const console = { isTerminal: false, colour: false, write }
  await using opened = openLog(loggingSection.schema.parse({}), { console, clock: new FakeClock(), secrets: [] })
  for (const signal of signals) opened.emit(signal)
  return log
}

test('guarantee, states, rows and lag are read from the lines that the service writes', async () => {
  const batch = {
    tag: 'batch-committed',
    number: 7n,
    endLsn: formatLsn(lsn(9n)),
    transactions: 2,
    bytes: 9,
    oldestLagMs: 0,
    loadMs: 0,
  } as const
  const log = await logOf([
    { tag: 'service-started', pipeline: 'shop', guarantee: 'atomic', targetVersion: '4.0.2' },
    { tag: 'table-state', table: orders, state: { tag: 'snapshotting', generation: 1 } },
    { tag: 'chunk-loaded', table: orders, chunk: 1, chunks: 2, done: 1, rows: 100, bytes: 1, ms: 1 },
    { ...batch, rows: 5, ageMs: 1, lagMs: 250, commitMs: 1, tables: [] },
    { tag: 'table-state', table: orders, state: { tag: 'streaming', generation: 1 } },
    { ...batch, rows: 6, ageMs: 1, lagMs: -3, commitMs: 1, tables: [] },
  ])
  expect(log).toMatchObject({ guarantee: 'atomic', rowsApplied: 111, lagMs: 0, troubles: [] })
  expect([...log.states]).toEqual([['public.orders', 'streaming']])
})

test('trouble is kept: errors, and what is no log line at all', async () => {
  const error = new SyncError('SLOT_LOST', 'the slot is lost')
  const log = await logOf([{ tag: 'attempt-failed', what: 'session', error, retryInMs: null }])
  log.take('node: cannot find module')
  expect(log.troubles).toEqual(['Failed: session  the slot is lost', 'node: cannot find module'])
})
