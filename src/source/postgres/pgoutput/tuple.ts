import { KIND_NULL, KIND_TEXT, KIND_UNCHANGED, type RowView } from '../../../core/row-view.ts'
import { protocolError, type MessageReader } from './message-reader.ts'

const NULL = 0x6e // n
const UNCHANGED = 0x75 // u
const TEXT = 0x74 // t

/**
 * Reads TupleData at the reader's place into `row`, which then points into the reader's buffer.
 *
 * This is the hottest loop of the source: it copies no byte and makes no object.
 * @throws {SyncError} STREAM_PROTOCOL when the tuple is cut short or holds a kind that was not asked for (binary).
 * @see PostgreSQL manual, Logical Replication Message Formats, TupleData
 */
export function readTuple(reader: MessageReader, row: RowView): void {
  const count = reader.u16()
  const { buffer, end } = reader
  // Even a null takes a byte: a wrong count must not make us reserve room.
  if (count > end - reader.at) throw protocolError('a tuple is cut short')
  row.reset(buffer, count)
  const { kinds, starts, lengths } = row
  let at = reader.at
  for (let column = 0; column < count; column += 1) {
    if (at >= end) throw protocolError('a tuple is cut short')
    const kind = buffer[at]
    at += 1
    if (kind === TEXT) {
      if (end - at < 4) throw protocolError('a tuple is cut short')
      const length = buffer.readInt32BE(at)
      at += 4
      if (length < 0 || length > end - at) throw protocolError('a value is longer than its message')
      kinds[column] = KIND_TEXT
      starts[column] = at
      lengths[column] = length
      at += length
    } else if (kind === NULL) {
      kinds[column] = KIND_NULL
    } else if (kind === UNCHANGED) {
      kinds[column] = KIND_UNCHANGED
      row.unchangedCount += 1
    } else {
      throw protocolError(`a column has the unknown kind ${String(kind)}`)
    }
  }
  reader.at = at
}
