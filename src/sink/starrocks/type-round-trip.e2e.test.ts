import { once } from 'node:events'
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '../../../test/support/postgres.ts'
import { StandInProcess } from '../../../test/support/stand-in-process.ts'
import { ByteBuffer } from '../../core/byte-buffer.ts'
import { NEEDS_JSON, type LoadFormat } from '../../core/row-encoder.ts'
import type { RowView } from '../../core/row-view.ts'
import { canonicalRow } from './canonical-row.ts'
import type { TypedTable } from './compile-table.ts'
import { createTableSql } from './ddl.ts'
import { SqlClient } from './mysql/sql-client.ts'
import { NUMBER_AND_TIME_CASES } from './testing/number-and-time-cases.ts'
import { routeOf } from './testing/source-fixtures.ts'
import { TEXT_AND_DOCUMENT_CASES } from './testing/text-and-document-cases.ts'
import { compiledCase, openTypeDatabase, printed, rowWith, titleOf } from './testing/type-case.ts'

const CASES = [...NUMBER_AND_TIME_CASES, ...TEXT_AND_DOCUMENT_CASES]
const ROUTE = routeOf({ properties: { replication_num: '1' } })

describe('what a table holds after a load is what the source printed', () => {
  let database: TestDatabase
  let standIn: StandInProcess
  let sql: SqlClient
  beforeAll(async () => {
    database = await openTypeDatabase()
    standIn = await StandInProcess.start()
    const addresses = [{ host: '127.0.0.1', port: standIn.ports.mysqlPort }]
    sql = new SqlClient({ addresses, user: 'root', password: '', connectMs: 5_000, queryMs: 20_000, limit: 1 })
    await sql.execute(`CREATE DATABASE ${ROUTE.targetDatabase}`)
  })
  afterAll(async () => {
    await sql[Symbol.asyncDispose]()
    await standIn[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** Makes the table and loads every value that the format carries, numbered from 0; answers with their numbers. */
  async function load(table: TypedTable, name: string, format: LoadFormat, rows: readonly RowView[]) {
    const body = new ByteBuffer()
    const sent = rows.filter((row) => table.encoders[format].appendUpsert(row, body) !== NEEDS_JSON)
    await sql.execute(createTableSql(table, ROUTE, name, { buckets: 1 }))
    if (sent.length === 0) return sent
    const reply = await put(standIn.ports.beHttpPort, `${name}/_stream_load`, table.loadHeaders[format], body.view())
    expect(reply).toMatchObject({ Status: 'Success', NumberFilteredRows: 0 })
    return sent
  }

  /** Columns in which a row differs from what the table holds under its key. */
  async function differences(table: TypedTable, name: string, row: RowView): Promise<readonly string[]> {
    const canonical = canonicalRow(table.plan)
    const expressions = table.plan.columns.map(({ source }) => table.readBackExpression(source))
    const [record, ours, theirs] = [new ByteBuffer(), new ByteBuffer(), new ByteBuffer()]
    const keyLength = table.encoders.json.appendUpsert(row, record)
    const [literal] = table.keyLiterals(record.bytes.subarray(0, keyLength), 'json')
    const { rows } = await sql.selectBytes(
      `SELECT ${expressions.join(', ')} FROM ${ROUTE.targetDatabase}.${name} WHERE ${expressions[0]} = ${literal}`,
    )
    expect(rows).toHaveLength(1)
    canonical.appendSource(row, ours)
    canonical.appendTarget(rows[0] ?? [], theirs)
    return canonical.differences(ours.view(), theirs.view())
  }

  test.each(CASES.map((one, number) => [titleOf(one), one, number] as const))('%s', async (_title, one, number) => {
    const table = compiledCase(one)
    const texts = await printed(database, one, 'v', one.values)
    for (const format of ['csv', 'json'] as const) {
      const name = `${format}_${number}`
      const rows = texts.map((text, id) => rowWith(one, text, id))
      for (const row of await load(table, name, format, rows)) {
        expect(await differences(table, name, row)).toEqual([])
      }
    }
  })
})

/** A plain load by the back end's port. */
async function put(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<unknown> {
  const call = request({
    port,
    method: 'PUT',
    path: `/api/${ROUTE.targetDatabase}/${path}`,
    auth: 'root:',
    headers: { ...headers, expect: '100-continue', 'content-length': body.length },
  })
  call.flushHeaders()
  await once(call, 'continue')
  call.end(body)
  const [reply] = await once(call, 'response')
  return await json(reply)
}
