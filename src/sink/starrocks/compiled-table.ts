import type { ByteBuffer } from '../../core/byte-buffer.ts'
import type { LoadFormat, RowEncoder, RowFilter } from '../../core/row-encoder.ts'

/** What the target server can do, reckoned from its version. */
export interface ServerFeatures {
  /** As `current_version()` says it. */
  readonly version: string
  /** Transactions over several tables of one database (4.0). @see reference/starrocks.md 2.1 */
  readonly multiTableTransactions: boolean
  /** Largest DECIMAL precision: 76 from 4.0, 38 before. @see reference/starrocks.md 4 */
  readonly maxDecimalPrecision: 38 | 76
  /** Largest VARCHAR in bytes: 1,048,576 before 4.2. @see reference/starrocks.md 4 */
  readonly maxVarcharBytes: number
}

/** A column of the target table. */
export interface TargetColumn {
  readonly name: string
  /** As CREATE TABLE spells it: `VARCHAR(1048576)`, `DECIMAL(38,9)`. */
  readonly type: string
  /** False for key columns only: a delete carries nothing but the key (reference/starrocks.md 3). */
  readonly nullable: boolean
  readonly partOfKey: boolean
  /** The rule of the type map that fills it. */
  readonly rule: string
  /** Index into `TableSchema.columns`; null for a column of ours such as `_sync_deleted`. */
  readonly sourceColumn: number | null
}

/** A source table as the target will have it: key columns first, with everything that loading it needs. */
export interface CompiledTable {
  readonly columns: readonly TargetColumn[]
  readonly encoders: Readonly<Record<LoadFormat, RowEncoder>>
  readonly filter: RowFilter | null
  /** Headers of a load in each format: `format`, separators, `columns` mapping with `__op`, `ignore_json_size`, ... */
  readonly loadHeaders: Readonly<Record<LoadFormat, Readonly<Record<string, string>>>>
  /** SQL literals of an encoded key, one per key column in target order, to ask the target for that row. */
  keyLiterals(key: Buffer, format: LoadFormat): readonly string[]
  /** The expression that reads a target column back as {@link encodeReadBack} wants it: `hex(b)`, `` `note` ``. */
  readBackExpression(sourceColumn: number): string
  /**
   * Appends a value that was read back (bytes of the MySQL text protocol, null for NULL) as the encoder would have.
   * Answers 0, or `NEEDS_JSON` with nothing appended when CSV cannot carry the value.
   */
  encodeReadBack(sourceColumn: number, format: LoadFormat, value: Buffer | null, out: ByteBuffer): number
}
