import type { BadRow } from '../../../core/row-encoder.ts'
import type { ColumnCodec } from '../type-rules/column-codec.ts'
import { MAX_KEY_BYTES } from '../type-rules/column-codec.ts'
import { describeBadValue } from './field-writer.ts'

/** A target column that is filled from a source column. */
export interface PlannedColumn {
  readonly name: string
  /** The column's name in the source, for messages. */
  readonly sourceName: string
  /** Index into `TableSchema.columns`. */
  readonly source: number
  readonly codec: ColumnCodec
}

/** What an encoder is made from: columns in target order, the key's first. */
export interface EncoderPlan {
  readonly columns: readonly PlannedColumn[]
  readonly keyCount: number
  readonly softDelete: boolean
}

/** A key column has no value. */
export const KEY_MISSING = -20
/** The encoded key is larger than StarRocks' limit. */
export const KEY_TOO_LARGE = -21

/** Bytes of an encoded key that do not depend on the row; what text columns add is in {@link keyTextIndexes}. @see StarRocks be/src/storage/primary_key_encoder.cpp, encode_exceed_limit */
export function fixedKeyBytes(plan: EncoderPlan): number {
  let bytes = 0
  for (const [index, column] of plan.columns.slice(0, plan.keyCount).entries()) {
    const size = column.codec.keySize
    if (typeof size === 'number') bytes += size
    // A text that is not the last key column is ended by two bytes.
    else if (index < plan.keyCount - 1) bytes += 2
  }
  return bytes
}

/** True per key column whose own bytes count for the key's size. */
export const keyTextFlags = (plan: EncoderPlan): readonly boolean[] =>
  plan.columns.slice(0, plan.keyCount).map((column) => column.codec.keySize === 'text')

/** Puts a writer's code into words. */
export function describeBadRow(plan: EncoderPlan, index: number, code: number): BadRow {
  const column = plan.columns[index]
  if (column === undefined) return { column: '', reason: 'no row was refused' }
  if (code === KEY_MISSING) return { column: column.sourceName, reason: 'a key column has no value in this row' }
  if (code === KEY_TOO_LARGE) {
    return {
      column: column.sourceName,
      reason: `the key has more than ${MAX_KEY_BYTES} bytes, the most that a primary key of StarRocks may have`,
    }
  }
  return { column: column.sourceName, reason: describeBadValue(code, column.codec.targetType) }
}
