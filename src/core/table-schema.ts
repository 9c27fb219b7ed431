import type { TableId } from './table-id.ts'

/** What a source type is made of, as far as a rule for it needs to know. */
export interface SourceType {
  readonly oid: number
  /** The type modifier, -1 for none. @see PostgreSQL manual, pg_attribute.atttypmod */
  readonly typmod: number
  /** The type's bare name in the catalog: `int4`, `numeric`, `_text`, `citext`, `mood`. */
  readonly name: string
  /** The schema that the type is in: `pg_catalog` for built-in types. */
  readonly schema: string
  /** As `format_type` shows it, for people: `numeric(10,2)`, `character varying(20)[]`. */
  readonly display: string
  readonly kind: 'base' | 'domain' | 'enum' | 'composite' | 'array' | 'range' | 'multirange' | 'pseudo'
  /**
   * For a domain: the type below it (with the domain's own modifier). For an array: the element. For a range: its subtype.
   * For a multirange: its range.
   */
  readonly inner?: SourceType | undefined
  /** For an enum: its labels in order. */
  readonly enumLabels?: readonly string[] | undefined
  /** For a composite: its attributes in order. */
  readonly attributes?: readonly { readonly name: string; readonly type: SourceType }[] | undefined
}

/** A column of a source table as it is published. */
export interface SourceColumn {
  readonly name: string
  /** pg_attribute.attnum: survives renames. */
  readonly attnum: number
  readonly type: SourceType
  readonly notNull: boolean
  readonly generated: boolean
  /** The value may be stored out of line, so that an update can leave it out (attstorage other than plain). */
  readonly toastable: boolean
}

/**
 * A source table's shape: the columns that both the stream and the snapshot carry, in attnum order.
 *
 * `key` is the primary key, else the replica identity index; indexes into `columns`, in the key's own order.
 */
export interface TableSchema {
  readonly id: TableId
  readonly schema: string
  readonly name: string
  /** pg_class.oid. */
  readonly oid: number
  /** Counts the shapes of this table that the process has seen; two schemas with one version are equal. */
  readonly version: number
  readonly columns: readonly SourceColumn[]
  readonly key: readonly number[]
  readonly keySource: 'primary-key' | 'replica-identity-index'
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index'
  readonly kind: 'table' | 'partitioned'
  /** pg_relation_size, all partitions, in bytes; an estimate to size the target by. */
  readonly sizeBytes: number
  /** pg_class.reltuples, all partitions; -1 when never analysed. */
  readonly estimatedRows: number
}
