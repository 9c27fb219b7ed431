import { expect, test } from 'vitest'
import { tableSchemaOf } from '../../../test/support/table-schema-of.ts'
import { lsn } from '../../core/lsn.ts'
import { tableId, type TableId } from '../../core/table-id.ts'
import type { TableState } from '../../core/table-state.ts'
import { compileTable, type TypedTable } from '../../sink/starrocks/compile-table.ts'
import { serverFeatures } from '../../sink/starrocks/mysql/server-features.ts'
import { chooseTables } from '../verify.ts'
import { describe as describeDifference } from './compare-table.ts'
import { canAskSourceByKey, sourceKeyTexts, targetKeyLiterals } from './key-texts.ts'

const orders = tableId('public', 'orders')
const routeOf = (table: TableId) => ({
  table,
  targetDatabase: 'dwh',
  targetTable: 'orders',
  excludeColumns: [],
  delete: 'hard' as const,
  columnTypes: {},
  properties: {},
})

function compiled(): TypedTable {
  return compileTable(tableSchemaOf(orders, ['id', 'note'], [0]), routeOf(orders), serverFeatures('4.0.2'))
}

const keyOfText = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([1, bytes.length, 0, 0, 0]), bytes])
}

test('a key is asked for in the words of each side', () => {
  const { plan } = compiled()
  const key = keyOfText("it's \\ 漢")
  expect(canAskSourceByKey(plan)).toBe(true)
  expect(sourceKeyTexts(plan, key)).toEqual(["it's \\ 漢"])
  expect(targetKeyLiterals(plan, key)).toEqual([String.raw`'it\'s \\ 漢'`])
})

test.each([
  {
    source: ['1', 'a'],
    target: ['1', 'b'],
    kind: 'different',
    columns: ['note'],
    values: [{ source: 'a', target: 'b' }],
  },
  {
    source: ['1', null],
    target: ['1', ''],
    kind: 'different',
    columns: ['note'],
    values: [{ source: null, target: '' }],
  },
  { source: ['1', 'a'], target: null, kind: 'missing', columns: [], values: [] },
  { source: null, target: ['1', 'a'], kind: 'surplus', columns: [], values: [] },
])('a row that is $kind is named by key and columns', ({ source, target, kind, columns, values }) => {
  const difference = { key: ['1'], source, target }
  expect(describeDifference(difference, compiled().plan, false)).toEqual({ key: ['1'], kind, columns })
  expect(describeDifference(difference, compiled().plan, true)).toEqual({ key: ['1'], kind, columns, values })
})

test('only tables that stream are compared, and of every other one the reason is told', () => {
  const [audit, carts, gone] = [tableId('public', 'audit'), tableId('public', 'carts'), tableId('public', 'gone')]
  const found = [orders, carts].map((table) => ({
    schema: tableSchemaOf(table, ['id'], [0]),
    route: routeOf(table),
    origin: '1',
  }))
  const refused = [{ table: audit, code: 'TABLE_NO_KEY', reason: 'it has no key', remedy: '' }] as const
  const stateOf = (state: TableState) => ({ table: carts, state })
  const streaming = { table: orders, state: { tag: 'streaming', generation: 1 } } as const
  const choose = (wanted: Parameters<typeof chooseTables>[0], state: TableState) => {
    const { chosen, notCompared } = chooseTables(wanted, { tables: found, refused }, [streaming, stateOf(state)])
    return [chosen.map((table) => table.schema.id), notCompared]
  }
  expect(choose('all', { tag: 'paused', sinceLsn: lsn(1n) })).toEqual([
    [orders],
    [
      { table: carts, reason: 'it is paused' },
      { table: audit, reason: 'it has no key' },
    ],
  ])
  expect(choose([carts, gone], { tag: 'streaming', generation: 1 })).toEqual([
    [carts],
    [{ table: gone, reason: 'the source has no such table' }],
  ])
})
