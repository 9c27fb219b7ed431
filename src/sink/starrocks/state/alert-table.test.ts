import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AlertRow } from '../../../core/alert-store.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { SqlClient } from '../mysql/sql-client.ts'
import { sqlClientOf } from '../testing/sink-fixture.ts'
import { StandInProcess } from '../../../../test/support/stand-in-process.ts'
import { AlertTable, decodeAlertRow, encodeBody } from './alert-table.ts'

let standIn: StandInProcess
let sql: SqlClient
beforeAll(async () => {
  standIn = await StandInProcess.start()
  sql = sqlClientOf(standIn)
  await sql.execute('CREATE DATABASE shop')
}, 30_000)
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await standIn[Symbol.asyncDispose]()
})

const table = (pipeline: string) =>
  new AlertTable(sql, { database: 'shop', pipeline, properties: { replication_num: '1' } })
const row = (key: string, version: number, body: string | null, kind = 'ledger'): AlertRow => ({
  kind,
  key,
  version,
  body,
})
const sorted = (rows: readonly AlertRow[]) => rows.toSorted((a, b) => (a.key < b.key ? -1 : 1))

test('remembers the last row of each key, of its pipeline alone, and removed ones too', async () => {
  const ours = table('ours')
  // Nothing was ever kept: there is no table yet.
  await ours.forget(9)
  expect(await ours.load()).toEqual([])
  await ours.write([row('a', 1, '{"quote":"it\'s \\\\ \\"x\\""}'), row('b', 1, '{}'), row('c', 1, '{}', 'history')])
  await table('theirs').write([row('a', 9, '{"theirs":true}')])
  await ours.write([row('b', 2, null)])
  expect(sorted(await ours.load())).toEqual([row('a', 1, '{"quote":"it\'s \\\\ \\"x\\""}'), row('b', 2, null)])
})

test('gives the newest lines of history first, and forgets the old ones', async () => {
  const history = table('history')
  await history.write([1, 2, 3].map((version) => row(`h${version}`, version, '{}', 'history')))
  await history.write([row('gone', 1, null), row('kept', 1, '{}')])
  expect((await history.history(2)).map(({ version }) => version)).toEqual([3, 2])
  await history.forget(3)
  expect((await history.history(9)).map(({ version }) => version)).toEqual([3])
  expect((await history.load()).map(({ key }) => key)).toEqual(['kept'])
})

test('takes a storm: long bodies compressed, many rows in several statements', { timeout: 30_000 }, async () => {
  const storm = table('storm')
  const told = JSON.stringify(
    Array.from({ length: 20_000 }, (_, index) => [
      index.toString(16).padStart(16, '0'),
      1_764_000_000_000 + index,
      300_000,
    ]),
  )
  const rows = [
    row('long', 1, told),
    ...Array.from({ length: 400 }, (_, index) => row(`e${index}`, 1, JSON.stringify({ text: 'x'.repeat(1600) }))),
  ]
  await storm.write(rows)
  const loaded = await storm.load()
  expect(loaded).toHaveLength(401)
  expect(loaded.find(({ key }) => key === 'long')?.body).toBe(told)
  expect(encodeBody(told).length).toBeLessThan(1_048_576)
})

test('a row that somebody spoilt is refused', () => {
  expect(() => decodeAlertRow(['k', 'p', null, null, null, null])).toThrow(SyncError)
})

test('a target that is down is said to be', async () => {
  await using gone = new SqlClient({
    addresses: [{ host: '127.0.0.1', port: 1 }],
    user: 'root',
    password: '',
    connectMs: 500,
    queryMs: 500,
    limit: 1,
  })
  const lost = new AlertTable(gone, { database: 'shop', pipeline: 'p', properties: {} })
  await expect(lost.write([row('a', 1, '{}')])).rejects.toThrow(SyncError)
  await expect(lost.load()).rejects.toThrow(SyncError)
})
