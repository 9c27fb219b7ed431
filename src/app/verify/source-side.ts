import { BAD_ROW } from '../../core/row-encoder.ts'
import type { RowView } from '../../core/row-view.ts'
import type { Source } from '../../core/source.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import { canonicalRow, type CanonicalRow as CanonicalForm } from '../../sink/starrocks/canonical-row.ts'
import type { TypedTable } from '../../sink/starrocks/compile-table.ts'
import { canAskSourceByKey, sourceKeyTexts } from './key-texts.ts'
import { RowWriter } from './row-writer.ts'
import { keyOf, type CanonicalRow, type TableSide } from './table-side.ts'

const CHUNK_BYTES = 128 * 1024 * 1024
const NOTHING: ReadonlySet<number> = new Set()

/** What a source side reads with. */
export interface SourceSideDeps {
  readonly source: Pick<Source, 'planChunks' | 'openChunk' | 'readRows'>
  readonly schema: TableSchema
  readonly compiled: TypedTable
  readonly signal: AbortSignal
}

/** The source's rows that belong into the target: chunk by chunk, so that no transaction is long. */
export class SourceSide implements TableSide {
  readonly #deps: SourceSideDeps
  readonly #form: CanonicalForm

  constructor(deps: SourceSideDeps) {
    this.#deps = deps
    this.#form = canonicalRow(deps.compiled.plan)
  }

  async scan(onRow: (row: CanonicalRow) => void): Promise<void> {
    const { source, schema, signal } = this.#deps
    const { ranges, relfilenode } = await source.planChunks(schema, CHUNK_BYTES)
    const take = this.#taker(onRow)
    for (const range of ranges) {
      await using chunk = await source.openChunk(schema, range, signal)
      if (chunk.relfilenode !== relfilenode) {
        throw new SyncError('SNAPSHOT_OUTDATED', `${schema.id} was rewritten while it was read`, { table: schema.id })
      }
      await chunk.read(take, () => undefined)
    }
  }

  async fetch(keys: readonly Buffer[], onRow: (row: CanonicalRow) => void): Promise<void> {
    const { source, schema, compiled } = this.#deps
    if (canAskSourceByKey(compiled.plan)) {
      const wanted = { keys: keys.map((key) => sourceKeyTexts(compiled.plan, key)), mustSee: NOTHING }
      await source.readRows(schema, wanted, this.#taker(onRow))
      return
    }
    const wanted = new Set(keys.map((key) => key.toString('latin1')))
    await this.scan((row) => {
      if (wanted.has(keyOf(row))) onRow(row)
    })
  }

  #taker(onRow: (row: CanonicalRow) => void): (row: RowView) => void {
    const { compiled, schema } = this.#deps
    const writer = new RowWriter(compiled.plan.keyCount, onRow)
    const { filter } = compiled
    return (row) => {
      if (filter !== null && !filter.accepts(row)) return
      if (this.#form.appendSource(row, writer.out) === BAD_ROW) {
        throw new SyncError('ROW_REJECTED', `${schema.id} has a row that the target cannot hold`, { table: schema.id })
      }
      writer.handOn()
    }
  }
}
