import type { RowView } from '../../src/core/row-view.ts'
import type { ChunkPlan, ChunkRange, Source } from '../../src/core/source.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'

/** A row as texts; null for SQL NULL. */
export type TextRow = readonly (string | null | undefined)[]

/** All columns of a view as texts. */
export function textsOf(row: RowView): TextRow {
  return Array.from({ length: row.columnCount }, (_, column) => row.text(column))
}

/** Reads one range of a table. */
export async function readRange(source: Source, table: TableSchema, range: ChunkRange): Promise<readonly TextRow[]> {
  const rows: TextRow[] = []
  await using chunk = await source.openChunk(table, range, new AbortController().signal)
  const count = await chunk.read(
    (row) => rows.push(textsOf(row)),
    () => undefined,
  )
  if (count !== rows.length) throw new Error(`${count} rows were counted, ${rows.length} were seen`)
  return rows
}

/** Reads a table by a plan, chunk after chunk. */
export async function readPlan(source: Source, table: TableSchema, plan: ChunkPlan): Promise<readonly TextRow[]> {
  const rows: TextRow[] = []
  for (const range of plan.ranges) rows.push(...(await readRange(source, table, range)))
  return rows
}
