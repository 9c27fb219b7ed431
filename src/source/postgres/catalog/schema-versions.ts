import type { TableSchema } from '../../../core/table-schema.ts'

/** Numbers the shapes of tables as they are seen: the same number means the same shape. Sizes and estimates do not count. */
export class SchemaVersions {
  readonly #seen = new Map<number, { readonly signature: string; readonly version: number }>()

  /** The schema with its number: the table's last one when nothing has changed since, else the next. */
  number(schema: Omit<TableSchema, 'version'>): TableSchema {
    const { sizeBytes: _size, estimatedRows: _rows, ...shape } = schema
    const signature = JSON.stringify(shape)
    const last = this.#seen.get(schema.oid)
    if (last?.signature === signature) return { ...schema, version: last.version }
    const version = (last?.version ?? 0) + 1
    this.#seen.set(schema.oid, { signature, version })
    return { ...schema, version }
  }
}
