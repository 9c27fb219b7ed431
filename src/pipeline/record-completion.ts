import { ByteBuffer } from '../core/byte-buffer.ts'
import { NEEDS_JSON } from '../core/row-encoder.ts'
import { KIND_ENCODED, KIND_NULL, RowView } from '../core/row-view.ts'
import { SyncError } from '../core/sync-error.ts'
import type { TableLoad } from './table-load.ts'

/**
 * Writes a whole row as the latest state of its key. False when the format had to change first: nothing was written, and records have
 * other numbers now.
 * @throws {SyncError} ROW_REJECTED when no encoder can write the row.
 */
export function replaceRecord(
  load: TableLoad,
  view: RowView,
  append: 'appendUpsert' | 'appendMarked' = 'appendUpsert',
): boolean {
  const { buffer } = load.body
  const start = buffer.length
  const keyLength = load.encoder[append](view, buffer)
  if (keyLength === NEEDS_JSON) {
    load.useJson()
    return false
  }
  if (keyLength < 0) throw rejected(load)
  load.body.put(start, keyLength)
  return true
}

/** Writes a record anew with the given encoded fields in place of its placeholders. Answers and throws as {@link replaceRecord}. */
export function completeRecord(load: TableLoad, record: number, fields: ReadonlyMap<number, Buffer>): boolean {
  const marked = load.body.pending.get(record)?.marked === true
  return replaceRecord(load, viewOfRecord(load, record, fields), marked ? 'appendMarked' : 'appendUpsert')
}

/** Puts a delete of the record's key in its place. */
export function deleteRecord(load: TableLoad, record: number): void {
  const { buffer } = load.body
  const view = viewOfRecord(load, record, new Map())
  const start = buffer.length
  const keyLength = load.encoder.appendDelete(view, buffer)
  if (keyLength < 0) throw rejected(load)
  load.body.put(start, keyLength)
}

/** Encodes some columns of a received row in the load's format; `needs-json` when that is impossible, after the format was changed. */
export function encodeFields(
  load: TableLoad,
  view: RowView,
  columns: readonly number[],
): ReadonlyMap<number, Buffer> | 'needs-json' {
  const scratch = new ByteBuffer(4096)
  const keyLength = load.encoder.appendUpsert(view, scratch)
  if (keyLength === NEEDS_JSON) {
    load.useJson()
    return 'needs-json'
  }
  if (keyLength < 0) throw rejected(load)
  const fields = new Map<number, Buffer>()
  for (const column of columns) {
    if (load.encoder.findField(scratch.bytes, 0, scratch.length, column))
      fields.set(column, scratch.bytes.subarray(load.encoder.fieldStart, load.encoder.fieldEnd))
  }
  return fields
}

function viewOfRecord(load: TableLoad, record: number, fields: ReadonlyMap<number, Buffer>): RowView {
  const { body, encoder } = load
  const columns = load.table.schema.columns.length
  const view = new RowView(columns)
  view.reset(Buffer.alloc(0), columns)
  view.kinds.fill(KIND_NULL)
  const gathered = new ByteBuffer(4096)
  for (const column of encoder.columns) {
    view.starts[column] = gathered.length
    const field = fields.get(column)
    if (field) gathered.append(field, 0, field.length)
    else if (encoder.findField(body.buffer.bytes, body.startOf(record), body.endOf(record), column))
      gathered.append(body.buffer.bytes, encoder.fieldStart, encoder.fieldEnd)
    else continue
    view.kinds[column] = KIND_ENCODED
    view.lengths[column] = gathered.length - (view.starts[column] ?? 0)
  }
  view.encodedBuffer = gathered.bytes
  return view
}

function rejected(load: TableLoad): SyncError {
  const bad = load.encoder.lastBadRow()
  return new SyncError('ROW_REJECTED', `column ${bad.column}: ${bad.reason}`, { table: load.table.id })
}
