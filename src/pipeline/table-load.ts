import { ByteBuffer } from '../core/byte-buffer.ts'
import type { OldRowKind } from '../core/change-stream.ts'
import { NEEDS_JSON, type RowEncoder } from '../core/row-encoder.ts'
import { KIND_ENCODED, KIND_UNCHANGED, type RowView } from '../core/row-view.ts'
import type { SinkTable } from '../core/sink.ts'
import { LoadBody } from './load-body.ts'
import { type Origin, pendingRow } from './pending-row.ts'
import { forgetAllBut, sameColumns, takeUnchangedFrom } from './row-columns.ts'

/** Why a table cannot go on: the row that no encoder can write. */
export interface RowProblem {
  readonly reason: string
  readonly rowKey: string
}

/** What a load must know of its table. */
export interface LoadedTable {
  readonly sinkTable: SinkTable
  /** Loads are JSON from their first row. */
  readonly json: boolean
  /** Notes that CSV will not do. */
  useJson(): void
}

/**
 * What one batch does to one table: takes changes in order and keeps the last state of each key.
 *
 * Methods return null, or the problem that takes the table out of the batch. Reused from batch to batch.
 */
export class TableLoad {
  readonly table: SinkTable
  readonly body = new LoadBody()
  inserts = 0
  updates = 0
  deletes = 0
  filtered = 0
  /** The transaction whose changes are being taken. */
  xid = 0
  /** What earlier parts of the batch have sent. */
  sentRows = 0
  sentBytes = 0
  /** The source emptied the table within this batch: what the target held before goes. */
  truncated = false
  /** A part of this batch was already sent: the format cannot change any more, and the target is not the state before the batch. */
  partSent = false
  /** The format had to change after a part was sent: the batch must be begun anew, in JSON. */
  formatClash = false
  readonly #entry: LoadedTable
  #encoder: RowEncoder
  readonly #scratch = new ByteBuffer(1024)

  constructor(entry: LoadedTable) {
    this.table = entry.sinkTable
    this.#entry = entry
    this.#encoder = this.table.encoders.csv
    if (entry.json) this.useJson()
  }

  /** The encoder of the format that the body has now. */
  get encoder(): RowEncoder {
    return this.#encoder
  }

  insert(row: RowView): RowProblem | null {
    this.inserts++
    if (this.#rejects(row)) {
      this.filtered++
      return null
    }
    return this.#upsert(row)
  }

  update(row: RowView, old: RowView, oldKind: OldRowKind): RowProblem | null {
    this.updates++
    if (row.unchangedCount > 0) {
      if (oldKind !== 'full') return this.#updateWithUnchanged(row, old, oldKind)
      takeUnchangedFrom(old, row)
    }
    if (this.#changesKey(row, old, oldKind)) {
      const problem = this.#remove(old, oldKind)
      if (problem) return problem
    }
    if (this.#rejects(row)) {
      this.filtered++
      return this.#remove(row, 'key')
    }
    return this.#upsert(row)
  }

  delete(old: RowView, oldKind: OldRowKind): RowProblem | null {
    this.deletes++
    return this.#remove(old, oldKind)
  }

  /** Everything before is gone; what follows is all that the table has. */
  truncate(): void {
    const { format } = this.body
    this.body.clear()
    this.body.format = format
    this.truncated = true
  }

  /** Appends a delete of a key that is in no view: its encoded record, made by the sink. Skipped when the batch has a later state of the key. */
  deleteUnlessPresent(record: Buffer, keyLength: number): void {
    if (this.body.find(record, 0, keyLength) >= 0) return
    const start = this.body.buffer.length
    this.body.buffer.append(record, 0, record.length)
    this.body.put(start, keyLength)
  }

  /** Empties it for the next batch. A table that needed JSON once starts with it again. */
  reset(): void {
    const { format } = this.body
    this.body.clear()
    this.body.format = format
    this.inserts = this.updates = this.deletes = this.filtered = this.sentRows = this.sentBytes = 0
    this.truncated = this.partSent = this.formatClash = false
  }

  /** Forgets the rows that were sent as a part of a large transaction; the batch goes on. */
  partDone(): void {
    this.sentRows += this.body.rows
    this.sentBytes += this.body.sealed().length
    const { format } = this.body
    this.body.clear()
    this.body.format = format
    this.partSent = true
  }

  /** Writes body and further rows as JSON lines. */
  useJson(): void {
    this.#entry.useJson()
    if (this.partSent) this.formatClash = true
    this.#encoder = this.table.encoders.json
    this.body.toJson(this.#encoder)
  }

  #rejects(row: RowView): boolean {
    const { filter } = this.table
    return filter !== null && !filter.accepts(row)
  }

  #changesKey(row: RowView, old: RowView, oldKind: OldRowKind): boolean {
    if (oldKind === 'none') return false
    return oldKind === 'key' || !sameColumns(row, old, this.table.schema.key)
  }

  #upsert(row: RowView): RowProblem | null {
    let start = this.body.buffer.length
    let keyLength = this.#encoder.appendUpsert(row, this.body.buffer)
    if (keyLength === NEEDS_JSON) {
      this.useJson()
      start = this.body.buffer.length
      keyLength = this.#encoder.appendUpsert(row, this.body.buffer)
    }
    if (keyLength < 0) return this.#problem(row)
    this.body.put(start, keyLength)
    return null
  }

  /** What becomes of a row that is gone at the source. */
  #remove(row: RowView, kind: OldRowKind): RowProblem | null {
    return this.table.route.delete === 'soft' ? this.#mark(row, kind) : this.#put(row, 'appendDelete')
  }

  /**
   * A row that is deleted softly is updated to what it was, with the mark: its values come from a whole old row, else from its state in
   * this batch, else they stay pending. One that the filter left out, or that came and went within the batch, leaves nothing.
   */
  #mark(row: RowView, kind: OldRowKind): RowProblem | null {
    if (kind === 'full') return this.#put(row, this.#rejects(row) ? 'appendDelete' : 'appendMarked')
    forgetAllBut(this.table.schema.key, row)
    const mayMiss = row.unchangedCount > 0
    const origin = this.#findOrigin(row, row)
    if (origin === null) return this.#problem(row)
    if (mayMiss && origin.gone) return this.#put(row, 'appendDelete')
    const columns = this.#missingColumns(row)
    const problem = this.#put(row, 'appendMarked')
    if (problem || columns.length === 0) return problem
    const keyTexts = this.table.schema.key.map((column) => row.text(column) ?? '')
    const marked = { moved: false, mustAskSource: false, unjudged: false, marked: true }
    this.body.markLastPending(pendingRow({ origin, xid: this.xid, keyTexts, columns, ...marked }))
    return null
  }

  #put(row: RowView, append: 'appendDelete' | 'appendMarked'): RowProblem | null {
    let start = this.body.buffer.length
    let keyLength = this.#encoder[append](row, this.body.buffer)
    if (keyLength === NEEDS_JSON) {
      this.useJson()
      start = this.body.buffer.length
      keyLength = this.#encoder[append](row, this.body.buffer)
    }
    if (keyLength < 0) return this.#problem(row)
    this.body.put(start, keyLength)
    return null
  }

  #problem(row: RowView): RowProblem {
    const bad = this.#encoder.lastBadRow()
    const rowKey = this.table.schema.key.map((column) => row.text(column) ?? 'NULL').join(', ')
    return { reason: `column ${bad.column}: ${bad.reason}`, rowKey }
  }

  /**
   * An update that leaves TOASTed values out and brings no whole old row. They are taken from the row's state in this batch;
   * what is missing then stays pending.
   */
  #updateWithUnchanged(row: RowView, old: RowView, oldKind: OldRowKind): RowProblem | null {
    const from = oldKind === 'key' ? old : row
    const origin = this.#findOrigin(row, from)
    if (origin === null) return this.#problem(from)
    const columns = this.#missingColumns(row)
    const unjudged = this.#cannotJudge(row)
    if (oldKind === 'key') {
      const problem = this.#remove(old, 'key')
      if (problem) return problem
    }
    if (!unjudged && this.#rejects(row)) {
      this.filtered++
      return this.#remove(row, 'key')
    }
    const problem = this.#upsert(row)
    if (problem || (columns.length === 0 && !unjudged)) return problem
    const mustAskSource = unjudged || origin.gone
    const keyTexts = this.table.schema.key.map((column) => row.text(column) ?? '')
    const moved = oldKind === 'key'
    const { xid } = this
    const marked = false
    this.body.markLastPending(pendingRow({ origin, xid, keyTexts, columns, moved, mustAskSource, unjudged, marked }))
    return null
  }

  /** Looks for the row in this batch and fills what it knows. Null when the key cannot be encoded. */
  #findOrigin(row: RowView, from: RowView): Origin | null {
    this.#scratch.clear()
    const keyLength = this.#encoder.appendDelete(from, this.#scratch)
    if (keyLength < 0 && keyLength !== NEEDS_JSON) return null
    // Keys and fields that are taken now are of the present format: it must not change before the row is written.
    if (keyLength === NEEDS_JSON || this.#wouldNeedJson(row)) {
      this.useJson()
      return this.#findOrigin(row, from)
    }
    const key = Buffer.from(this.#scratch.bytes.subarray(0, keyLength))
    const entry = this.body.find(key, 0, keyLength)
    if (entry < 0) return { key, before: undefined, gone: false }
    const before = this.body.pending.get(entry)
    const taken = this.#takeFromBatch(row, entry)
    return { key, before, gone: taken === 0 && before === undefined }
  }

  #wouldNeedJson(row: RowView): boolean {
    if (this.body.format === 'json') return false
    const { length } = this.#scratch
    const answer = this.#encoder.appendUpsert(row, this.#scratch)
    this.#scratch.length = length
    return answer === NEEDS_JSON
  }

  /** Fills unchanged columns from the row's record in this batch; returns how many. A delete's record has none. */
  #takeFromBatch(row: RowView, entry: number): number {
    const start = this.body.startOf(entry)
    const end = this.body.endOf(entry)
    row.encodedBuffer = this.body.buffer.bytes
    let taken = 0
    for (const column of this.#encoder.columns) {
      if (row.kinds[column] !== KIND_UNCHANGED) continue
      if (!this.#encoder.findField(row.encodedBuffer, start, end, column)) continue
      row.kinds[column] = KIND_ENCODED
      row.starts[column] = this.#encoder.fieldStart
      row.lengths[column] = this.#encoder.fieldEnd - this.#encoder.fieldStart
      row.unchangedCount--
      taken++
    }
    return taken
  }

  #missingColumns(row: RowView): readonly number[] {
    return this.#encoder.columns.filter((column) => row.kinds[column] === KIND_UNCHANGED)
  }

  #cannotJudge(row: RowView): boolean {
    const { filter } = this.table
    if (!filter) return false
    return filter.columns.some((column) => row.kinds[column] === KIND_UNCHANGED || row.kinds[column] === KIND_ENCODED)
  }
}
