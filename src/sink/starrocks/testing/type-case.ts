import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { ByteBuffer } from '../../../core/byte-buffer.ts'
import { BAD_ROW, NEEDS_JSON } from '../../../core/row-encoder.ts'
import type { RowView } from '../../../core/row-view.ts'
import type { SourceType } from '../../../core/table-schema.ts'
import { canonicalRow } from '../canonical-row.ts'
import { compileTable, type TypedTable } from '../compile-table.ts'
import { readCsv, readJsonLines } from './load-reader.ts'
import { FEATURES, routeOf, rowOf, schemaOf } from './source-fixtures.ts'

/** One source type: literals, and the server's own word for what the target must hold. */
export interface TypeCase {
  readonly sql: string
  /** The first server that has the type, as its `server_version_num`. */
  readonly since?: number
  readonly type: SourceType
  readonly values: readonly string[]
  /** SQL over the column `v` for the field's text; the printed text itself by default. */
  readonly oracle?: string
  /** The oracle's text and the field are compared as JSON. */
  readonly json?: boolean
  /** Literals that the rule refuses. */
  readonly bad?: readonly string[]
  readonly rule: string
  readonly target: string
  readonly asKey?: boolean
  readonly columnType?: string
}

/** What a test of the case is called. */
export const titleOf = (one: TypeCase): string =>
  `${one.sql}${one.asKey === true ? ' as a key' : ''} becomes ${one.target} by ${one.rule}`

const SESSION = [
  "TimeZone='UTC'",
  "DateStyle='ISO, YMD'",
  'IntervalStyle=iso_8601',
  'extra_float_digits=1',
  'bytea_output=hex',
  "lc_monetary='C'",
  'search_path=pg_catalog',
  'xmlbinary=base64',
]
const OBJECTS = [
  `CREATE TYPE public.mood AS ENUM ('sad', 'so so', '日')`,
  'CREATE DOMAIN public.amount AS numeric(8,2)',
  'CREATE TYPE public.pair AS (a int, b text)',
  'CREATE EXTENSION hstore SCHEMA public',
  'CREATE EXTENSION citext SCHEMA public',
]

/** A database with the types that cases name. */
export async function openTypeDatabase(): Promise<TestDatabase> {
  const database = await openDatabase()
  for (const statement of OBJECTS) await database.query(statement)
  return database
}

/** What an expression over a case's literals prints in a session set up as ours are. */
export async function printed(
  database: TestDatabase,
  one: TypeCase,
  expression: string,
  literals: readonly string[],
): Promise<readonly string[]> {
  if (literals.length === 0) return []
  const client = await database.connect()
  for (const setting of SESSION) await client.query(`SET ${setting}`)
  const values = literals.map((literal) => `((${literal})::${one.sql})`).join(', ')
  const { rows } = await client.query<{ o: string }>({
    text: `SELECT ${expression} AS o FROM (VALUES ${values}) AS x(v)`,
    types: { getTypeParser: () => (text: unknown) => text },
  })
  await client.end()
  return rows.map((row) => row.o)
}

/** The table that a case is about: its column alone as the key, or beside an integer key. */
export function compiledCase(one: TypeCase): TypedTable {
  const columnTypes = one.columnType === undefined ? {} : { v: one.columnType }
  const schema = one.asKey === true ? schemaOf({ v: one.type }) : schemaOf({ id: 'int4', v: one.type })
  return compileTable(schema, routeOf({ columnTypes }), FEATURES)
}

/** A row of the case's table; `id` is its key where the value is not. */
export const rowWith = (one: TypeCase, text: string, id = 1): RowView =>
  rowOf(one.asKey === true ? [text] : [String(id), text])
/** What a StarRocks of that column would print for a field: the widest form of its fraction and scale. */
function asTargetPrints(target: string, field: string): string {
  if (target === 'DATETIME') return field.includes('.') ? field.padEnd(26, '0') : field
  const scale = /^DECIMAL\(\d+,(\d+)\)$/u.exec(target)?.[1]
  if (scale === undefined || scale === '0') return target === 'VARBINARY' ? field.toUpperCase() : field
  const [integer, fraction = ''] = field.split('.')
  return `${integer}.${fraction.padEnd(Number(scale), '0')}`
}

/** What became of one value, in a form that is compared with {@link wantedOf}. */
function outcomeOf(table: TypedTable, one: TypeCase, text: string) {
  const row = rowWith(one, text)
  const [csv, json, recoded] = [new ByteBuffer(), new ByteBuffer(), new ByteBuffer()]
  const parse = (field: string | null | undefined): unknown =>
    one.json === true && typeof field === 'string' ? JSON.parse(field) : field
  table.encoders.json.appendUpsert(row, json)
  const name = one.target === 'VARBINARY' ? 'hex_v' : 'v'
  // A document embedded in the line is looked at in CSV.
  const inJson = one.target === 'JSON' ? undefined : readJsonLines(json.view())[0]?.[name]
  const carried = table.encoders.csv.appendUpsert(row, csv) !== NEEDS_JSON
  const inCsv = carried ? readCsv(csv.view())[0]?.[one.asKey === true ? 0 : 1] : inJson
  if (carried) table.encoders.json.appendRecoded(csv.bytes, 0, csv.length, recoded)
  return {
    csv: parse(inCsv),
    json: one.target === 'JSON' ? parse(inCsv) : parse(inJson),
    recoded: carried ? recoded.view().toString() === json.view().toString() : true,
    differences: differences(table, one, { text, stored: inCsv ?? '' }),
  }
}

/** Columns in which the source's row and what the target would print of it differ. */
function differences(table: TypedTable, one: TypeCase, value: { text: string; stored: string }): readonly string[] {
  const canonical = canonicalRow(table.plan)
  const [ours, theirs] = [new ByteBuffer(), new ByteBuffer()]
  const stored = Buffer.from(asTargetPrints(one.target, value.stored))
  canonical.appendSource(rowWith(one, value.text), ours)
  canonical.appendTarget(one.asKey === true ? [stored] : [Buffer.from('1'), stored], theirs)
  return canonical.differences(ours.view(), theirs.view())
}

function refusalOf(table: TypedTable, one: TypeCase, text: string) {
  const row = rowWith(one, text)
  const { csv, json } = table.encoders
  const answers = [csv.appendUpsert(row, new ByteBuffer()), json.appendUpsert(row, new ByteBuffer())]
  return { text, answers, columns: [csv.lastBadRow().column, json.lastBadRow().column] }
}

/** Carries a case's values from a server's output through both encoders; `found` must be `wanted`. */
export async function checkTypeCase(
  database: TestDatabase,
  one: TypeCase,
): Promise<{ found: unknown; wanted: unknown }> {
  const table = compiledCase(one)
  const column = table.columns.find(({ name }) => name === 'v')
  const texts = await printed(database, one, 'v', one.values)
  const expected = await printed(database, one, one.oracle ?? 'v', one.values)
  const refused = await printed(database, one, 'v', one.bad ?? [])
  return {
    found: {
      rule: [column?.type, column?.rule],
      values: texts.map((text) => outcomeOf(table, one, text)),
      refused: refused.map((text) => refusalOf(table, one, text)),
    },
    wanted: {
      rule: [one.target, one.rule],
      values: expected.map((text) => {
        const field: unknown = one.json === true ? JSON.parse(text) : text
        return { csv: field, json: field, recoded: true, differences: [] }
      }),
      refused: refused.map((text) => ({ text, answers: [BAD_ROW, BAD_ROW], columns: ['v', 'v'] })),
    },
  }
}
