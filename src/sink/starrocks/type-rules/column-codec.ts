import type { FieldWriter } from '../encode/field-writer.ts'
import { copyShort } from '../encode/plain-fields.ts'
import { bareWire, quotedWire, textWire, type Wire } from '../encode/wire.ts'
import type { RuleName } from './rule-catalogue.ts'

/** Largest encoded primary key (BE setting `primary_key_limit_size`). @see reference/starrocks.md 3 */
export const MAX_KEY_BYTES = 128

/** How two texts of one value are made equal before bytes are compared; `exact` needs nothing. */
export type CanonicalForm = 'exact' | 'decimal' | 'float4' | 'float8' | 'json'

/** Everything that is known of one column's way into the target. */
export interface ColumnCodec {
  readonly rule: RuleName
  /** As CREATE TABLE spells it. */
  readonly targetType: string
  /** Bytes of the value in an encoded primary key; `text` for its own length; null when it cannot be a key column. */
  readonly keySize: number | 'text' | null
  /** From the source's text. */
  readonly encode: Wire
  /** From the text that the target's MySQL protocol gives. */
  readonly readBack: Wire
  readonly canonical: CanonicalForm
  /** How a key value stands in SQL. */
  readonly literal: 'number' | 'boolean' | 'string'
  /** True when the load's `columns` header turns hex digits into bytes. */
  readonly hexMapped: boolean
}

/** What a codec differs in from the plain one. */
type CodecParts = Pick<ColumnCodec, 'rule' | 'targetType' | 'encode'> & Partial<ColumnCodec>

/** A codec with the usual answers for what `parts` leaves out: no key, read back as it was written, compared exactly. */
export const codec = (parts: CodecParts): ColumnCodec => ({
  keySize: null,
  readBack: parts.encode,
  canonical: 'exact',
  literal: 'string',
  hexMapped: false,
  ...parts,
})

/** A number written bare in JSON. */
export const numberCodec = (parts: Omit<CodecParts, 'encode'> & { readonly write: FieldWriter }): ColumnCodec =>
  codec({ ...parts, encode: bareWire(parts.write), readBack: bareWire(copyShort), literal: 'number' })

/** A VARCHAR of at most `limitBytes`, filled by `encode(limit)`; as a key no longer than a key may be. */
export function varcharCodec(
  rule: RuleName,
  limitBytes: number,
  asKey: boolean,
  encode: (limitBytes: number) => Wire = textWire,
): ColumnCodec {
  const limit = asKey ? Math.min(limitBytes, MAX_KEY_BYTES) : limitBytes
  return codec({
    rule,
    targetType: `VARCHAR(${limit})`,
    keySize: 'text',
    encode: encode(limit),
    readBack: textWire(limit),
  })
}

/** Digits that JSON takes as a string (DECIMAL, LARGEINT). */
export const digitsCodec = (parts: Omit<CodecParts, 'encode'> & { readonly write: FieldWriter }): ColumnCodec =>
  codec({ ...parts, encode: quotedWire(parts.write), readBack: quotedWire(copyShort), literal: 'number' })
