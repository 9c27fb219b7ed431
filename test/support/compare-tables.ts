import type { StandInProcess } from './stand-in-process.ts'
import type { TestDatabase } from './postgres.ts'

/** How the same value is written on both sides, by column type, so that rows can be compared as texts. */
const SOURCE_TEXT: Readonly<Record<string, (column: string) => string>> = {
  boolean: (column) => `(${column})::int::text`,
  'timestamp with time zone': (column) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
}

/** Rows that differ between both sides of a table, as texts; empty when they are equal. Written apart from the product's own comparison. */
export async function differencesOf(
  source: TestDatabase,
  standIn: StandInProcess,
  table: string,
  targetTable = table,
): Promise<readonly string[]> {
  const columns = await source.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, null) as type from pg_attribute a
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table],
  )
  const expressions = columns.map(({ name, type }) => SOURCE_TEXT[type]?.(name) ?? `(${name})::text`)
  const wanted = await source.query<{ row: (string | null)[] }>(
    `select array[${expressions.join(', ')}] as row from ${table}`,
  )
  const found = await standIn.query(`select ${columns.map(({ name }) => `\`${name}\``).join(', ')} from ${targetTable}`)
  const left = new Map<string, number>()
  for (const { row } of wanted) count(left, JSON.stringify(row), 1)
  for (const row of found) count(left, JSON.stringify(columns.map(({ name, type }) => targetText(row[name], type))), -1)
  return [...left].flatMap(([row, n]) => (n === 0 ? [] : [`${n > 0 ? 'missing' : 'surplus'}: ${row.slice(0, 300)}`]))
}

function count(left: Map<string, number>, row: string, by: number): void {
  left.set(row, (left.get(row) ?? 0) + by)
}

function targetText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (type === 'timestamp with time zone' && text.length === 19) return `${text}.000000`
  return text
}
