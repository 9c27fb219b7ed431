import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { lsn } from '../../core/lsn.ts'
import type { Signal } from '../../core/signals.ts'
import { SyncError } from '../../core/sync-error.ts'
import { tableId } from '../../core/table-id.ts'
import { describeSignal } from './describe-signal.ts'

const orders = tableId('public', 'orders')
const users = tableId('public', 'users')

const counts = { inserts: 0, updates: 0, deletes: 0, filtered: 0, loadedRows: 0, loadedBytes: 0 }

const batch: Extract<Signal, { readonly tag: 'batch-committed' }> = {
  tag: 'batch-committed',
  number: 42n,
  endLsn: '0/16B3748',
  transactions: 3,
  rows: 7,
  bytes: 900,
  ageMs: 510,
  lagMs: 620,
  commitMs: 35,
  tables: [{ ...counts, table: orders, inserts: 7, loadedRows: 7, loadedBytes: 900 }],
}

test('a batch of one table and one operation has the fields of the guide', () => {
  expect(describeSignal(batch)).toEqual({
    level: 'INFO',
    message: 'Batch committed',
    fields: {
      table: 'public.orders',
      operation: 'insert',
      batch_id: '42',
      batch_size: 7,
      batch_bytes: 900,
      transactions: 3,
      end_lsn: '0/16B3748',
      processing_time_ms: 35,
      batch_age_ms: 510,
      lag_ms: 620,
      table_count: 1,
      tables: [{ table: 'public.orders', inserts: 7, updates: 0, deletes: 0, filtered: 0, loaded_rows: 7 }],
    },
  })
})

test('a batch of many tables is one line that names the first ones', () => {
  const tables = Array.from({ length: 100 }, (_, index) => ({
    ...counts,
    table: tableId('public', `t${index}`),
    updates: 1,
    deletes: 1,
  }))
  const { fields } = describeSignal({ ...batch, tables })
  expect(fields).toMatchObject({ table: undefined, operation: 'mixed', table_count: 100 })
  expect(fields['tables']).toHaveLength(20)
})

test.each<[name: string, signal: Signal, level: string, message: string]>([
  [
    'start',
    { tag: 'service-started', pipeline: 'shop', guarantee: 'atomic', targetVersion: '4.0.1' },
    'INFO',
    'Service started',
  ],
  ['stop', { tag: 'service-stopping', reason: 'SIGTERM' }, 'INFO', 'Service is stopping'],
  ['take-over', { tag: 'took-over', epoch: 3n, position: '0/1' }, 'INFO', 'Took over'],
  ['slot', { tag: 'waiting-for-slot', slot: 's', activePid: 7 }, 'INFO', 'Waiting for the replication slot'],
  ['waiting', { tag: 'table-state', table: orders, state: { tag: 'waiting' } }, 'INFO', 'Table is waiting'],
  [
    'streaming',
    { tag: 'table-state', table: orders, state: { tag: 'streaming', generation: 1 } },
    'INFO',
    'Table is streaming',
  ],
  [
    'paused',
    { tag: 'table-state', table: orders, state: { tag: 'paused', sinceLsn: lsn(1n) } },
    'WARNING',
    'Table is paused',
  ],
  [
    'refused',
    { tag: 'table-refused', table: users, code: 'TABLE_NO_KEY', reason: 'r', remedy: 'm' },
    'ERROR',
    'Table is not copied',
  ],
  ['idle', { tag: 'checkpoint-moved', number: 1n, endLsn: '0/1' }, 'DEBUG', 'Checkpoint moved'],
  [
    'chunk',
    { tag: 'chunk-loaded', table: users, chunk: 1, chunks: 9, rows: 5, bytes: 6, ms: 7 },
    'INFO',
    'Chunk 1 of 9 loaded',
  ],
  [
    'retaken',
    { tag: 'chunk-retaken', table: users, chunk: 1, why: 'gate', reason: 'r' },
    'DEBUG',
    'Chunk is taken again',
  ],
  [
    'reread',
    { tag: 'values-reread', table: users, rows: 1, from: 'target' },
    'DEBUG',
    'Unchanged values were read again',
  ],
  [
    'memory',
    { tag: 'memory-pressure', heldBytes: 2, limitBytes: 1 },
    'WARNING',
    'Reading waits: the memory limit is reached',
  ],
])('%s', (_, signal, level, message) => {
  expect(describeSignal(signal)).toMatchObject({ level, message })
})

test.each([
  ['SOURCE_UNREACHABLE', 1000, 'WARNING'],
  ['SOURCE_AUTH', null, 'ERROR'],
  ['SLOT_LOST', null, 'CRITICAL'],
] as const)('a failure %s, tried again in %j ms, is a %s', (code, retryInMs, level) => {
  const error = new SyncError(code, 'm')
  expect(describeSignal({ tag: 'attempt-failed', what: 'loading', error, retryInMs }).level).toBe(level)
})

test('an error tells code, chain of causes, remedy and retry, with passwords of addresses hidden', () => {
  const socket = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const driver = new Error('cannot connect to mysql://root:geheim@fe:9030', { cause: socket })
  const error = new SyncError('SINK_UNREACHABLE', 'no frontend answers', { cause: driver, table: orders })
  const { fields } = describeSignal({ tag: 'attempt-failed', what: 'begin', error, retryInMs: 500 })
  expect(fields).toEqual({
    table: 'public.orders',
    operation: 'begin',
    error_type: 'SINK_UNREACHABLE',
    error: 'no frontend answers',
    causes: ['cannot connect to mysql://root:***@fe:9030', 'ECONNREFUSED: connect ECONNREFUSED'],
    remedy: 'Check target.fe_http and target.fe_mysql and that FE and BE run.',
    retry: 'auto',
    retry_in_ms: 500,
  })
})

test('keys of rows and statements of other sessions are never logged', () => {
  const error = new SyncError('ROW_REJECTED', 'a value does not fit', { rowKey: 'GEHEIM' })
  const blockers = [{ pid: 1, applicationName: 'psql', state: 'active', query: "select 'GEHEIM'", transactionAgeMs: 5 }]
  const signals: readonly Signal[] = [
    { tag: 'attempt-failed', what: 'loading', error, retryInMs: null },
    { tag: 'blocked', what: 'snapshot of public.orders', blockers },
    {
      tag: 'table-state',
      table: orders,
      state: {
        tag: 'quarantined',
        sinceLsn: lsn(1n),
        code: 'ROW_REJECTED',
        reason: 'a value does not fit',
        rowKey: 'GEHEIM',
      },
    },
  ]
  expect(inspect(signals.map(describeSignal), { depth: 9 })).not.toContain('GEHEIM')
  expect(signals.map((signal) => describeSignal(signal).level)).toEqual(['ERROR', 'WARNING', 'ERROR'])
})
