import { expect, test } from 'vitest'
import type { Finding } from '../core/finding.ts'
import { lsn } from '../core/lsn.ts'
import type { PipelineStatus } from '../core/pipeline-status.ts'
import { tableId } from '../core/table-id.ts'
import type { VerifyReport } from '../core/verify-report.ts'
import { humanBytes, humanCount, humanDuration } from './human-units.ts'
import { findingsText } from './print-findings.ts'
import { statusJson, statusText, tablesText } from './print-status.ts'
import { verifyJson, verifyText } from './print-verify.ts'
import { textTable } from './text-table.ts'

const orders = tableId('public', 'orders')

test('findings: errors first, with why and what mends them', () => {
  const findings: readonly Finding[] = [
    { level: 'warning', code: 'SLOT_KEEP', what: 'w', why: 'y', remedy: '' },
    {
      level: 'error',
      code: 'TABLE_NO_KEY',
      table: orders,
      what: 'no primary key',
      why: 'Updates could not find their row.',
      remedy: 'ALTER TABLE public.orders\nADD PRIMARY KEY (id);',
    },
  ]
  expect(findingsText(findings, false)).toBe(`error TABLE_NO_KEY: public.orders: no primary key
  why:  Updates could not find their row.
  mend: ALTER TABLE public.orders
    ADD PRIMARY KEY (id);

warning SLOT_KEEP: w
  why:  y

1 error, 1 warning. The pipeline can run, without public.orders.
`)
  const unreachable: Finding = { level: 'error', code: 'SOURCE_UNAVAILABLE', what: 'w', why: 'y', remedy: '' }
  expect(findingsText([...findings, unreachable], false)).toMatch(
    /2 errors, 1 warning\. The pipeline cannot run as it is\.\n$/,
  )
  expect(findingsText([], false)).toBe('0 errors, 0 warnings. The pipeline can run.\n')
})

const status: PipelineStatus = {
  pipeline: 'shop',
  guarantee: 'atomic',
  checkpoint: { number: 42n, endLsn: lsn(0x16b3748n), commitTimeMs: 1000, epoch: 3n },
  slot: {
    name: 'shop_sync',
    activePid: 77,
    confirmedLsn: lsn(0x16b3000n),
    retainedBytes: 1_234_567,
    walStatus: 'reserved',
  },
  lagMs: 1500,
  lagBytes: 2048,
  tables: [
    { table: orders, target: 'dwh.orders', state: { tag: 'streaming', generation: 1 } },
    {
      table: tableId('public', 'users'),
      target: 'dwh.users',
      state: { tag: 'quarantined', sinceLsn: lsn(255n), code: 'ROW_REJECTED', reason: 'too long', rowKey: '7' },
    },
    {
      table: tableId('public', 'events'),
      target: 'dwh.events',
      state: { tag: 'snapshotting', generation: 2 },
      chunks: { loaded: 3, planned: 9 },
    },
  ],
}

test('status: the pipeline at a glance, then the tables that are not streaming', () => {
  expect(statusText(status, false)).toBe(`pipeline   shop
guarantee  atomic
checkpoint 0/16B3748 (number 42, epoch 3)
lag        1.5 s, 2.05 kB
slot       shop_sync, read by pid 77, reserved, keeps 1.23 MB of WAL
tables     1 streaming, 1 quarantined, 1 snapshotting

TABLE          TARGET      STATE         NOTE
public.users   dwh.users   quarantined   ROW_REJECTED: too long
public.events  dwh.events  snapshotting  3 of 9 chunks
`)
})

test('status for programs has PostgreSQL positions and no lost digits', () => {
  expect(JSON.parse(statusJson(status))).toMatchObject({
    checkpoint: { number: '42', end_lsn: '0/16B3748', epoch: '3' },
    lag_seconds: 1.5,
    slot: { active_pid: 77, wal_status: 'reserved' },
    tables: [
      { table: 'public.orders', state: 'streaming' },
      { state: 'quarantined', since_lsn: '0/FF', code: 'ROW_REJECTED', reason: 'too long', row_key: '7' },
      { state: 'snapshotting', chunks: { loaded: 3, planned: 9 } },
    ],
  })
})

test('colours appear where they may only', () => {
  expect(tablesText(status.tables, true)).toContain('\u001b[31mquarantined\u001b[0m')
  expect(tablesText(status.tables, false)).not.toContain('\u001b')
})

const report: VerifyReport = {
  tables: [
    {
      table: orders,
      verifiedUpTo: lsn(0x16b3748n),
      rowsCompared: 1_234_567,
      rowsDifferent: 0,
      rowsUnsettled: 0,
      differences: [],
      ms: 2500,
    },
    {
      table: tableId('public', 'users'),
      verifiedUpTo: lsn(0x16b3750n),
      rowsCompared: 10,
      rowsDifferent: 3,
      rowsUnsettled: 0,
      differences: [
        { key: ['7', 'de'], kind: 'different', columns: ['name', 'note'] },
        { key: ['8', 'de'], kind: 'missing', columns: [] },
      ],
      ms: 80,
    },
  ],
  notCompared: [],
}

test('verify: a line for each table, the rows that differ, the verdict', () => {
  expect(verifyText(report, false)).toBe(`TABLE               ROWS  DIFFERENT  UP TO       TIME
public.orders  1,234,567          0  0/16B3748  2.5 s
public.users          10          3  0/16B3750  80 ms

  public.users (7, de): differs in name, note
  public.users (8, de): missing in the target
  public.users: 1 more

3 rows differ. Copy their tables again with: sync-app resync TABLE
`)
  const equal: VerifyReport = { tables: report.tables.slice(0, 1), notCompared: [] }
  expect(verifyText(equal, false)).toContain('\n\n1,234,567 rows compared: both sides are equal.\n')
  expect(JSON.parse(verifyJson(report))).toMatchObject({ equal: false, rows_compared: 1_234_577, rows_different: 3 })
})

test('verify: values only where they were asked for, and what cannot be judged is told', () => {
  const [first] = report.tables
  if (first === undefined) throw new Error('a table was expected')
  const values = [{ source: 'a', target: null }]
  const differences = [{ key: ['7'], kind: 'different', columns: ['name'], values } as const]
  const shown = verifyText({ tables: [{ ...first, rowsDifferent: 1, differences }], notCompared: [] }, false)
  expect(shown).toContain('differs in name\n    name: "a" in the source, NULL in the target\n')
  const moving = verifyText({ tables: [{ ...first, rowsUnsettled: 2 }], notCompared: [] }, false)
  expect(moving).toContain('\n  public.orders: 2 rows cannot be judged: they are on their way\n')
  expect(moving).toContain('1,234,567 rows compared: no difference found; the rows above cannot be judged.\n')
  const left: VerifyReport = { tables: [first], notCompared: [{ table: orders, reason: 'it is paused' }] }
  expect(verifyText(left, false)).toContain('\n  public.orders: not compared: it is paused\n')
  expect(JSON.parse(verifyJson(left))).toMatchObject({ equal: false })
})

test('a text table lines up, whatever its colours', () => {
  const columns = [
    { title: 'A', align: 'left' },
    { title: 'B', align: 'right' },
  ] as const
  expect(
    textTable(columns, [
      ['\u001b[31mxy\u001b[0m', '1'],
      ['z', '100'],
    ]),
  ).toBe('A     B\n\u001b[31mxy\u001b[0m    1\nz   100\n')
})

test.each([
  [humanBytes(0), '0 B'],
  [humanBytes(999), '999 B'],
  [humanBytes(999_999), '1 MB'],
  [humanBytes(64_000_000), '64 MB'],
  [humanBytes(1.5e15), '1500 TB'],
  [humanDuration(0.4), '0 ms'],
  [humanDuration(999.7), '1 s'],
  [humanDuration(59_949), '59.9 s'],
  [humanDuration(59_990), '1 min 0 s'],
  [humanDuration(200_000), '3 min 20 s'],
  [humanDuration(18_120_000), '5 h 2 min'],
  [humanCount(1_234_567), '1,234,567'],
])('%s is written %s', (written, expected) => expect(written).toBe(expected))
