import { afterAll, beforeAll, expect, test } from 'vitest'
import { realClock } from '../../../../test/support/real-clock.ts'
import { StandInProcess } from '../../../../test/support/stand-in-process.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import { begin, sqlClientOf, targetOf, writerOf } from '../testing/sink-fixture.ts'
import { ensureSystemTable } from './ensure-system-table.ts'
import { TABLE_RECORD_TABLE } from './table-record-table.ts'

let standIn: StandInProcess
let sql: SqlClient
beforeAll(async () => {
  standIn = await StandInProcess.start()
  sql = sqlClientOf(standIn)
  await sql.execute('CREATE DATABASE old')
}, 30_000)
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await standIn[Symbol.asyncDispose]()
})

const home = { database: 'old', properties: { replication_num: '1' }, clock: realClock }

test('the records of an older version get the column that it did not have, and are still read', async () => {
  const target = targetOf(standIn, { database: 'older' })
  const { origin: _none, ...columns } = TABLE_RECORD_TABLE.columns
  await sql.execute('CREATE DATABASE older')
  await ensureSystemTable(sql, { ...TABLE_RECORD_TABLE, columns }, { ...home, database: 'older' })
  await sql.execute(
    `INSERT INTO older._sync_tables (table_key, pipeline, source_table, state, detail) VALUES ('k', 'shop', 'public.t', 'paused', '{"tag":"paused","sinceLsn":"0/5"}')`,
  )
  await using writer = await writerOf(target, 'first')
  await writer.sink.prepare()
  const { tables } = await writer.sink.takeOver(writer.ownership)
  expect(tables).toEqual([expect.objectContaining({ table: 'public.t', origin: undefined })])
  // The next record can hold it.
  const at = await begin(writer)
  expect(at.number).toBeGreaterThan(0n)
})

test('a table that has another key is left as it is', async () => {
  await sql.execute(
    `CREATE TABLE old._sync_tables (id BIGINT NOT NULL) PRIMARY KEY (id) DISTRIBUTED BY HASH (id) PROPERTIES ("replication_num" = "1")`,
  )
  await expect(ensureSystemTable(sql, TABLE_RECORD_TABLE, home)).rejects.toMatchObject({
    code: 'TARGET_SHAPE',
    remedy: expect.stringContaining('DROP TABLE old._sync_tables'),
  })
})
