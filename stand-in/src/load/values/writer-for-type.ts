import type { ColumnType } from '../../catalog/column-type.ts'
import { BooleanColumn } from './boolean-column.ts'
import type { ColumnWriter } from './column-writer.ts'
import { DateColumn, DateTimeColumn } from './date-columns.ts'
import { DecimalColumn, WideDecimalColumn } from './decimal-column.ts'
import { FloatColumn } from './float-column.ts'
import { IntegerColumn } from './integer-column.ts'
import { BinaryColumn, JsonColumn, NestedColumn, TextColumn } from './text-column.ts'

const maxBinaryBytes = 1048576

/** The writer that reads a type's text and stores it as `duckType` says. */
export function writerForType(type: ColumnType): ColumnWriter {
  switch (type.tag) {
    case 'boolean':
      return new BooleanColumn()
    case 'int':
      return new IntegerColumn(type.bits)
    case 'float':
      return new FloatColumn(type.bits)
    case 'decimal':
      return type.precision > 38
        ? new WideDecimalColumn(type.precision, type.scale)
        : new DecimalColumn(type.precision, type.scale)
    case 'date':
      return new DateColumn()
    case 'datetime':
      return new DateTimeColumn()
    default:
      return writerForBytes(type)
  }
}

function writerForBytes(
  type: Extract<ColumnType, { tag: 'char' | 'varchar' | 'varbinary' | 'json' | 'nested' }>,
): ColumnWriter {
  switch (type.tag) {
    case 'char':
    case 'varchar':
      return new TextColumn(type.length)
    case 'varbinary':
      return new BinaryColumn(type.length > 0 ? type.length : maxBinaryBytes)
    case 'json':
      return new JsonColumn()
    case 'nested':
      return new NestedColumn(type.kind)
  }
}
