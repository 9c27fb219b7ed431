import type { Relation, RelationColumn } from '../../../core/change-stream.ts'
import type { ShapeDifference } from '../../../core/source.ts'
import type { SourceColumn, TableSchema } from '../../../core/table-schema.ts'

/**
 * Compares a relation as the stream announces it with a known schema, by what the reading of rows relies on: name, order
 * and type of the columns, and that old rows carry the key. Null when nothing differs, else the first difference in words.
 */
export function compareShape(relation: Relation, schema: TableSchema): ShapeDifference {
  if (relation.table !== schema.id) return `the table is now called ${relation.table}`
  if (relation.oid !== schema.oid) return 'the table was made anew under the same name'
  for (const [index, known] of schema.columns.entries()) {
    const announced = relation.columns[index]
    if (announced === undefined) return `column ${known.name} is gone`
    const difference = compareColumn(announced, known, { relation, schema })
    if (difference !== null) return difference
  }
  const added = relation.columns[schema.columns.length]
  if (added !== undefined) return `column ${added.name} was added`
  return compareKey(relation, schema)
}

function compareColumn(
  announced: RelationColumn,
  known: SourceColumn,
  { relation, schema }: { relation: Relation; schema: TableSchema },
): string | null {
  if (announced.name !== known.name) {
    if (!relation.columns.some((column) => column.name === known.name)) {
      const isNew = !schema.columns.some((column) => column.name === announced.name)
      const sameCount = relation.columns.length === schema.columns.length
      return isNew && sameCount ? `column ${known.name} is now ${announced.name}` : `column ${known.name} is gone`
    }
    return `column ${announced.name} stands where ${known.name} was expected`
  }
  if (announced.typeOid !== known.type.oid) return `column ${known.name} is not of type ${known.type.display} any more`
  if (announced.typmod !== known.type.typmod) {
    return `the length or precision of column ${known.name} is not ${known.type.display} any more`
  }
  return null
}

/** A full old row marks every column; an index that holds more than the key is fine. */
function compareKey(relation: Relation, schema: TableSchema): string | null {
  if (relation.replicaIdentity === 'nothing') return 'the replica identity is now NOTHING'
  const lost = schema.key.find((column) => relation.columns[column]?.partOfKey !== true)
  return lost === undefined ? null : `key column ${schema.columns[lost]?.name} is not in the replica identity any more`
}
