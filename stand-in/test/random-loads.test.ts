import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (a INT, b VARCHAR(30), v VARCHAR(60)) PRIMARY KEY(a, b) DISTRIBUTED BY HASH(a) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

interface Row {
  readonly a: number
  readonly b: string
  readonly v: string | null
  readonly deletes: boolean
}

const text = fc.string({ unit: fc.constantFrom('a', 'ä', '😀', "'", '"', '\\', '%', '\n', ' ', 'Z'), maxLength: 6 })
const row: fc.Arbitrary<Row> = fc.record({
  a: fc.integer({ min: -2, max: 3 }),
  b: text,
  v: fc.option(text),
  deletes: fc.boolean(),
})
/** Small loads, which go straight into the table, and ones that are staged. */
const load = fc.oneof(
  fc.array(row, { minLength: 1, maxLength: 12 }),
  fc
    .tuple(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer({ min: 20, max: 120 }))
    .map(([rows, times]) => Array.from({ length: times }, () => rows).flat()),
)

const csv = (rows: readonly Row[]): string =>
  rows.map(({ a, b, v, deletes }) => `${a}\x01${b}\x01${v ?? String.raw`\N`}\x01${deletes ? 1 : 0}\x02`).join('')
const json = (rows: readonly Row[]): string =>
  rows.map(({ a, b, v, deletes }) => JSON.stringify({ v, __op: deletes ? 1 : 0, b, a })).join('\n')

it('ends like a map, whatever is loaded in whatever form and size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(load, fc.boolean()), { minLength: 1, maxLength: 5 }), async (loads) => {
      await sr.sql.query('TRUNCATE TABLE t')
      const model = new Map<string, string | null>()
      for (const [rows, isJson] of loads) {
        const reply = isJson
          ? await sr.load('t', json(rows), { format: 'json', strict_mode: 'true' })
          : await sr.load('t', csv(rows), {
              column_separator: String.raw`\x01`,
              row_delimiter: String.raw`\x02`,
              columns: 'a,b,v,__op',
              strict_mode: 'true',
            })
        expect(reply).toMatchObject({ Status: 'Success', NumberLoadedRows: rows.length })
        for (const { a, b, v, deletes } of rows) {
          if (deletes) model.delete(JSON.stringify([a, b]))
          else model.set(JSON.stringify([a, b]), v)
        }
      }
      const stored = await sr.rows('SELECT a, b, v FROM t')
      expect(new Map(stored.map(([a, b, v]) => [JSON.stringify([a, b]), v]))).toEqual(model)
      expect(stored).toHaveLength(model.size)
    }),
    { numRuns: 40 },
  )
})
