import type { Relation, RelationColumn } from '../../../core/change-stream.ts'
import { tableId } from '../../../core/table-id.ts'
import { protocolError, type MessageReader } from './message-reader.ts'

const PART_OF_KEY = 1

/**
 * Reads the body of a Relation message that follows its oid.
 * @see PostgreSQL manual, Logical Replication Message Formats, Relation
 */
export function readRelation(reader: MessageReader, oid: number): Relation {
  // The catalog's own schema is sent as an empty text.
  const schema = reader.cString() || 'pg_catalog'
  const name = reader.cString()
  if (name === '') throw protocolError('a relation has no name')
  const replicaIdentity = readReplicaIdentity(reader)
  const columns: RelationColumn[] = []
  const count = reader.u16()
  for (let column = 0; column < count; column += 1) columns.push(readColumn(reader))
  reader.expectEnd()
  return { oid, table: tableId(schema, name), replicaIdentity, columns }
}

function readColumn(reader: MessageReader): RelationColumn {
  const flags = reader.u8()
  const name = reader.cString()
  const typeOid = reader.u32()
  const typmod = reader.i32()
  return { name, typeOid, typmod, partOfKey: (flags & PART_OF_KEY) !== 0 }
}

function readReplicaIdentity(reader: MessageReader): Relation['replicaIdentity'] {
  const letter = String.fromCharCode(reader.u8())
  switch (letter) {
    case 'd':
      return 'default'
    case 'n':
      return 'nothing'
    case 'f':
      return 'full'
    case 'i':
      return 'index'
    default:
      throw protocolError(`a relation has the unknown replica identity ${JSON.stringify(letter)}`)
  }
}
