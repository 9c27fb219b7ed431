import type { ByteBuffer } from '../../../core/byte-buffer.ts'
import type { RowView } from '../../../core/row-view.ts'

/**
 * Appends one value of kind text as a field of a load, without its separator.
 *
 * At the call `out` has room for the value's length and {@link FIELD_SLACK_BYTES} more; whoever writes more reserves it.
 * Answers {@link WRITTEN}, {@link AS_NULL}, `NEEDS_JSON` of the row encoder or a reason below; then what it appended is
 * to be taken back by the caller.
 */
export type FieldWriter = (row: RowView, column: number, out: ByteBuffer) => number

/** Room beyond a value's own length that a field writer may use unasked. */
export const FIELD_SLACK_BYTES = 16

/** The field stands in the buffer. */
export const WRITTEN = 0
/** The column's rule turns this value into NULL. */
export const AS_NULL = 1
/** Longer than the target column. */
export const TOO_LONG = -10
/** NaN or an infinity. */
export const NOT_FINITE = -11
/** A date that the target's calendar does not have. */
export const OUT_OF_CALENDAR = -12
/** A timestamp with a time zone that is not in UTC: the session was not set up as it must be. */
export const NOT_UTC = -13
/** Text that the source type never prints. */
export const MALFORMED = -14
/** More digits than the target's decimal holds. */
export const TOO_MANY_DIGITS = -15

/** The reason for people; `targetType` as CREATE TABLE spells it. Says nothing of the value itself. */
export function describeBadValue(code: number, targetType: string): string {
  switch (code) {
    case TOO_LONG:
      return `the value is longer than ${targetType} holds`
    case NOT_FINITE:
      return `NaN and infinities have no place in ${targetType}; column_types can give this column a VARCHAR, or NULL for them (a rule that ends in _or_null)`
    case OUT_OF_CALENDAR:
      return `infinity, years BC and years after 9999 have no place in ${targetType}; column_types can give this column a VARCHAR, or NULL for them (a rule that ends in _or_null)`
    case NOT_UTC:
      return 'the timestamp is not in UTC: the source session does not have TimeZone=UTC'
    case TOO_MANY_DIGITS:
      return `the number has more digits than ${targetType} holds`
    default:
      return 'the text is not one that the source type prints'
  }
}

/** The same, with NULL in place of a value that the target type does not have. */
export function orNull(write: FieldWriter): FieldWriter {
  return (row, column, out) => {
    const code = write(row, column, out)
    return code === NOT_FINITE || code === OUT_OF_CALENDAR ? AS_NULL : code
  }
}

/** The same, refusing what comes out longer than `limitBytes`. */
export function limited(write: FieldWriter, limitBytes: number): FieldWriter {
  return (row, column, out) => {
    const start = out.length
    const code = write(row, column, out)
    return code === WRITTEN && out.length - start > limitBytes ? TOO_LONG : code
  }
}
