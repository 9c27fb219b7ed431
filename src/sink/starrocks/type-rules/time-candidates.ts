import { orNull, type FieldWriter } from '../encode/field-writer.ts'
import { dateField, datetimeReadBack, timestampField, timestamptzField } from '../encode/time-fields.ts'
import { quotedWire } from '../encode/wire.ts'
import { fixed, varchar, type Candidate } from './candidate.ts'
import { codec, varcharCodec, type ColumnCodec } from './column-codec.ts'
import type { RuleName } from './rule-catalogue.ts'

const DATE_BYTES = 4
const DATETIME_BYTES = 8
// The longest timestamp of PostgreSQL: `294276-12-31 23:59:59.999999+00`, and BC ones are no longer.
const LONGEST_TIMESTAMP_BYTES = 48

const dateCodec = (rule: RuleName, write: FieldWriter, keySize: number | null): ColumnCodec =>
  codec({ rule, targetType: 'DATE', keySize, encode: quotedWire(write) })

const datetimeCodec = (rule: RuleName, write: FieldWriter, keySize: number | null): ColumnCodec =>
  codec({
    rule,
    targetType: 'DATETIME',
    keySize,
    encode: quotedWire(write),
    readBack: quotedWire(datetimeReadBack),
  })

const asText = varchar(
  'text',
  () => LONGEST_TIMESTAMP_BYTES,
  (limit, asKey) => varcharCodec('text', limit, asKey),
)

/** date. */
export const DATE: readonly Candidate[] = [
  fixed(dateCodec('date', dateField, DATE_BYTES)),
  fixed(dateCodec('date_or_null', orNull(dateField), null)),
  asText,
]

/** timestamp without time zone. */
export const TIMESTAMP: readonly Candidate[] = [
  fixed(datetimeCodec('datetime', timestampField, DATETIME_BYTES)),
  fixed(datetimeCodec('datetime_or_null', orNull(timestampField), null)),
  asText,
]

/** timestamp with time zone. */
export const TIMESTAMPTZ: readonly Candidate[] = [
  fixed(datetimeCodec('datetime_utc', timestamptzField, DATETIME_BYTES)),
  fixed(datetimeCodec('datetime_utc_or_null', orNull(timestamptzField), null)),
  asText,
]
