import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { lsn } from '../../core/lsn.ts'
import type { Signal } from '../../core/signals.ts'
import { SyncError } from '../../core/sync-error.ts'
import { tableId } from '../../core/table-id.ts'
import { describeSignal } from './describe-signal.ts'
import type { LogRecord } from './log-record.ts'

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
  oldestLagMs: 900,
  commitMs: 35,
  loadMs: 30,
  tables: [{ ...counts, table: orders, inserts: 7, loadedRows: 7, loadedBytes: 900 }],
}

/** The one line of a signal that has one. */
function lineOf(signal: Signal): LogRecord {
  const [line, ...more] = describeSignal(signal)
  if (!line || more.length > 0) throw new Error(`${signal.tag} has ${more.length + 1} lines`)
  return line
}

test('rows 42, 43: a batch of one table and one operation is one line, and one for the table', () => {
  const [whole, table, ...more] = describeSignal(batch)
  expect(more).toEqual([])
  expect(table).toEqual({
    level: 'INFO',
    message: 'Records processed successfully',
    fields: {
      table: 'public.orders',
      operation: 'insert',
      processing_time_ms: 510,
      batch_size: 7,
      inserts: 7,
      loaded_rows: 7,
      batch_id: '42',
      end_lsn: '0/16B3748',
    },
  })
  expect(whole).toEqual({
    level: 'INFO',
    logger: 'sync_app.batch',
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
    },
  })
})

test('a batch of many tables has a line for each of the first ones', () => {
  const tables = Array.from({ length: 100 }, (_, index) => ({
    ...counts,
    table: tableId('public', `t${index}`),
    updates: 1,
    deletes: 1,
  }))
  const [whole, ...rest] = describeSignal({ ...batch, tables })
  expect(whole?.fields).toMatchObject({ table: undefined, operation: 'mixed', table_count: 100 })
  expect(rest).toHaveLength(20)
  expect(rest[0]?.fields).toMatchObject({
    table: 'public.t0',
    operation: 'mixed',
    batch_size: 2,
    updates: 1,
    deletes: 1,
  })
})

test('a record that was sampled has a line at DEBUG of its own logger; its key is no field', () => {
  const samples = [{ table: users, operation: 'insert', key: 'GEHEIM', processingMs: 15.2 }] as const
  const record = describeSignal({ ...batch, samples }).at(-1)
  expect(record).toMatchObject({ level: 'DEBUG', logger: 'sync_app.records', message: 'Record processed successfully' })
  expect(record?.recordKey).toBe('GEHEIM')
  expect(record?.fields).toMatchObject({ table: 'public.users', operation: 'insert', processing_time_ms: 15.2 })
  expect(inspect(record?.fields)).not.toContain('GEHEIM')
})

test.each([
  ['SOURCE_UNREACHABLE', 'sync_app.source'],
  ['SLOT_LOST', 'sync_app.source'],
  ['SINK_BUSY', 'sync_app.target'],
  ['CHECKPOINT_BEHIND', 'sync_app.target'],
  ['INTERNAL', 'sync_app'],
] as const)('a failure %s comes from %s', (code, logger) => {
  const error = new SyncError(code, 'm')
  expect(lineOf({ tag: 'attempt-failed', what: 'x', error, retryInMs: null }).logger).toBe(logger)
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
    { tag: 'chunk-loaded', table: users, chunk: 1, chunks: 9, done: 1, rows: 5, bytes: 6, ms: 7 },
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
  expect(lineOf(signal)).toMatchObject({ level, message })
})

test.each([
  ['SOURCE_UNREACHABLE', 1000, 'WARNING'],
  ['SOURCE_AUTH', null, 'ERROR'],
  ['SLOT_LOST', null, 'CRITICAL'],
] as const)('a failure %s, tried again in %j ms, is a %s', (code, retryInMs, level) => {
  const error = new SyncError(code, 'm')
  expect(lineOf({ tag: 'attempt-failed', what: 'loading', error, retryInMs }).level).toBe(level)
})

test('rows 44, 109: an error tells code, chain of causes, remedy and retry, with passwords of addresses hidden', () => {
  const socket = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const driver = new Error('cannot connect to mysql://root:geheim@fe:9030', { cause: socket })
  const error = new SyncError('SINK_UNREACHABLE', 'no frontend answers', { cause: driver, table: orders })
  const { fields } = lineOf({ tag: 'attempt-failed', what: 'begin', error, retryInMs: 500 })
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

test('what PostgreSQL says of a row that does not fit is not repeated: it quotes the row', () => {
  const driver = Object.assign(new Error('invalid input syntax for type integer: "GEHEIM"'), { code: '22P02' })
  const error = new SyncError('SOURCE_QUERY', 'copying a chunk', { cause: driver })
  const { fields } = lineOf({ tag: 'attempt-failed', what: 'chunk', error, retryInMs: 5 })
  expect(fields['causes']).toEqual(['SQLSTATE 22P02; its message may quote a row'])
})

test('keys of rows and statements of other sessions are in no field', () => {
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
  expect(
    inspect(
      signals.map((signal) => lineOf(signal).fields),
      { depth: 9 },
    ),
  ).not.toContain('GEHEIM')
  expect(signals.map((signal) => lineOf(signal).level)).toEqual(['ERROR', 'WARNING', 'ERROR'])
})
