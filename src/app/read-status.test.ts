import { expect, test } from 'vitest'
import { lsn } from '../core/lsn.ts'
import { tableId } from '../core/table-id.ts'
import type { TableRoute } from '../core/table-route.ts'
import { lagOf, tableStatuses } from './read-status.ts'

test.each([
  { lagBytes: 0, ageMs: 5000, isConnected: true, lagMs: 0, why: 'nothing was written since' },
  { lagBytes: 200, ageMs: 5000, isConnected: true, lagMs: null, why: 'a little was written, a change or not' },
  { lagBytes: 200, ageMs: 5000, isConnected: false, lagMs: 5000, why: 'nobody reads what was written' },
  { lagBytes: 1e6, ageMs: 5000, isConnected: true, lagMs: 5000, why: 'much was written since' },
  { lagBytes: 1e6, ageMs: -20, isConnected: true, lagMs: 0, why: 'clocks of two processes' },
])('lag is $lagMs when $why', ({ lagMs, ...facts }) => {
  expect(lagOf({ ...facts, checkpoint: { commitTimeUs: 1n } })).toBe(lagMs)
})

test('before the first transaction nobody knows the lag', () => {
  expect(lagOf({ lagBytes: 1e6, ageMs: 1.7e12, isConnected: false, checkpoint: { commitTimeUs: 0n } })).toBeNull()
})

const routeOf = (name: string): TableRoute => ({
  table: tableId('public', name),
  targetDatabase: 'dwh',
  targetTable: name,
  excludeColumns: [],
  delete: 'hard',
  columnTypes: {},
  properties: {},
})

test('jobs come from the target, and matched tables without a record wait', () => {
  const orders = tableId('public', 'orders')
  const chunk = { table: orders, generation: 3, chunk: 0, rows: 1, upperLsn: 1n }
  const range = { tag: 'ctid', fromBlock: 0, toBlock: null } as const
  const state = {
    checkpoint: null,
    tables: [
      { table: orders, state: { tag: 'snapshotting', generation: 3 } as const, ranges: [range, range, range] },
      { table: tableId('public', 'gone'), state: { tag: 'paused', sinceLsn: lsn(1n) } as const },
    ],
    chunks: [chunk, { ...chunk, chunk: 2 }, { ...chunk, generation: 2, chunk: 1 }],
  }
  expect(tableStatuses(state, [routeOf('users'), routeOf('orders')])).toEqual([
    { table: 'public.gone', target: '', state: { tag: 'paused', sinceLsn: 1n } },
    {
      table: 'public.orders',
      target: 'dwh.orders',
      state: { tag: 'snapshotting', generation: 3 },
      chunks: { loaded: 2, planned: 3 },
    },
    { table: 'public.users', target: 'dwh.users', state: { tag: 'waiting' } },
  ])
})
