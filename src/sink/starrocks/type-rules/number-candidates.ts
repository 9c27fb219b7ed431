import type { SourceType } from '../../../core/table-schema.ts'
import { decimalField, moneyField, numericKeyText } from '../encode/decimal-fields.ts'
import { limited, orNull, type FieldWriter } from '../encode/field-writer.ts'
import { booleanField, copyShort, finiteNumber, floatKeyText } from '../encode/plain-fields.ts'
import { bareWire, quotedWire, type Wire } from '../encode/wire.ts'
import { fixed, varchar, type Candidate, type RuleContext } from './candidate.ts'
import { codec, digitsCodec, numberCodec, varcharCodec, type ColumnCodec } from './column-codec.ts'

const MAX_BIGINT_DIGITS = 18
const MAX_LARGEINT_DIGITS = 38
const FLOAT_TEXT_BYTES = 32
const MONEY_TEXT_BYTES = 32
const LONGEST_SMALL_NUMBER_BYTES = 24
// 131,072 digits before and 16,383 after the point. @see PostgreSQL manual, 8.1 Numeric Types
const LONGEST_NUMERIC_BYTES = 131_072 + 16_383 + 2

/** Precision and scale of a numeric's modifier; null for bare numeric. @see PostgreSQL source, numeric.c make_numeric_typmod */
function numericModifier(typmod: number): { precision: number; scale: number } | null {
  if (typmod < 4) return null
  const packed = typmod - 4
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 }
}

const quotedText =
  (write: FieldWriter) =>
  (limitBytes: number): Wire =>
    quotedWire(limited(write, limitBytes))

const plainText = (bytes: number): Candidate =>
  varchar(
    'text',
    () => bytes,
    (limit, asKey) => varcharCodec('text', limit, asKey),
  )

const integerOf = (type: 'SMALLINT' | 'INT' | 'BIGINT'): ColumnCodec =>
  numberCodec({
    rule: 'integer',
    targetType: type,
    keySize: { SMALLINT: 2, INT: 4, BIGINT: 8 }[type],
    write: copyShort,
  })

const LARGEINT = fixed(digitsCodec({ rule: 'largeint', targetType: 'LARGEINT', keySize: 16, write: copyShort }))

const NUMERIC_INTEGER = fixed(
  numberCodec({ rule: 'numeric_integer', targetType: 'BIGINT', keySize: 8, write: finiteNumber }),
)
const NUMERIC_LARGEINT = fixed(
  digitsCodec({ rule: 'numeric_largeint', targetType: 'LARGEINT', keySize: 16, write: finiteNumber }),
)

const wholeDecimal = (digits: number): Candidate => ({
  rule: 'decimal',
  base: 'DECIMAL',
  keyable: false,
  make: (sizes, context) => decimalOf('decimal', sizes[0] ?? digits, sizes[1] ?? 0, context),
})

function decimalOf(
  rule: 'decimal' | 'decimal_or_null',
  precision: number,
  scale: number,
  context: RuleContext,
): ColumnCodec | string {
  const most = context.features.maxDecimalPrecision
  if (precision < 1 || precision > most) return `DECIMAL takes 1 to ${most} digits on this server`
  if (scale < 0 || scale > precision)
    return `the scale of DECIMAL(${precision},${scale}) is not within 0 and ${precision}`
  const declared = numericModifier(context.type.typmod)
  const fits =
    context.type.name !== 'numeric' ||
    (declared !== null && declared.scale <= scale && declared.precision - declared.scale <= precision - scale)
  const write = fits ? finiteNumber : decimalField(precision, scale)
  return digitsCodec({
    rule,
    targetType: `DECIMAL(${precision},${scale})`,
    canonical: 'decimal',
    write: rule === 'decimal' ? write : orNull(write),
  })
}

const INT_TEXT = plainText(LONGEST_SMALL_NUMBER_BYTES)

/** boolean. */
export const BOOLEAN: readonly Candidate[] = [
  fixed(
    codec({
      rule: 'boolean',
      targetType: 'BOOLEAN',
      keySize: 1,
      encode: quotedWire(booleanField),
      readBack: quotedWire(copyShort),
      literal: 'boolean',
    }),
  ),
  INT_TEXT,
]

/** smallint, into itself or a wider one. */
export const SMALLINT: readonly Candidate[] = [
  fixed(integerOf('SMALLINT')),
  fixed(integerOf('INT')),
  fixed(integerOf('BIGINT')),
  LARGEINT,
  wholeDecimal(5),
  INT_TEXT,
]
/** integer. */
export const INTEGER: readonly Candidate[] = [...SMALLINT.slice(1, 4), wholeDecimal(10), INT_TEXT]
/** bigint, and the unsigned integers of 32 bits: oid, xid, cid. */
export const BIGINT: readonly Candidate[] = [...SMALLINT.slice(2, 4), wholeDecimal(19), INT_TEXT]
/** xid8: an unsigned integer of 64 bits. */
export const UNSIGNED_64: readonly Candidate[] = [LARGEINT, wholeDecimal(20), INT_TEXT]

const floatCandidates = (type: 'FLOAT' | 'DOUBLE', canonical: 'float4' | 'float8'): readonly Candidate[] => [
  fixed(numberCodec({ rule: 'float', targetType: type, canonical, write: finiteNumber })),
  ...(type === 'FLOAT'
    ? [fixed(numberCodec({ rule: 'float', targetType: 'DOUBLE', canonical: 'float8', write: finiteNumber }))]
    : []),
  fixed(numberCodec({ rule: 'float_or_null', targetType: type, canonical, write: orNull(finiteNumber) })),
  varchar(
    'float_text',
    () => FLOAT_TEXT_BYTES,
    (limit, asKey) => varcharCodec('float_text', limit, asKey, quotedText(floatKeyText)),
  ),
]

/** real. */
export const FLOAT4 = floatCandidates('FLOAT', 'float4')
/** double precision. */
export const FLOAT8 = floatCandidates('DOUBLE', 'float8')

/** money, as text that lc_monetary=C prints. */
export const MONEY: readonly Candidate[] = [
  fixed(digitsCodec({ rule: 'money', targetType: 'DECIMAL(19,2)', canonical: 'decimal', write: moneyField })),
  varchar(
    'money_text',
    () => MONEY_TEXT_BYTES,
    (limit, asKey) => varcharCodec('money_text', limit, asKey, quotedText(moneyField)),
  ),
]

const numericTextBytes = (type: SourceType): number => {
  const declared = numericModifier(type.typmod)
  if (declared === null) return LONGEST_NUMERIC_BYTES
  return Math.max(declared.precision, declared.precision - declared.scale, declared.scale) + 3
}

const decimalCandidate = (rule: 'decimal' | 'decimal_or_null', type: SourceType): Candidate => ({
  rule,
  base: 'DECIMAL',
  keyable: false,
  make: (sizes, context) => {
    const declared = numericModifier(type.typmod)
    const scale = Math.max(0, declared?.scale ?? 9)
    const precision = Math.max(declared === null ? 38 : declared.precision - Math.min(0, declared.scale), scale)
    return decimalOf(rule, sizes[0] ?? precision, sizes.length > 0 ? (sizes[1] ?? 0) : scale, context)
  },
})

const wholeKeys = (precision: number, scale: number): readonly Candidate[] => {
  const digits = precision - scale
  if (scale > 0 || digits > MAX_LARGEINT_DIGITS) return []
  return digits > MAX_BIGINT_DIGITS ? [NUMERIC_LARGEINT] : [NUMERIC_INTEGER, NUMERIC_LARGEINT]
}

/** numeric: DECIMAL where the target has the precision, else every digit as text. */
export function numericCandidates({ type, features }: RuleContext): readonly Candidate[] {
  const declared = numericModifier(type.typmod)
  const decimal = decimalCandidate('decimal', type)
  const text: Candidate[] = [
    {
      ...varchar(
        'numeric_text',
        () => numericTextBytes(type),
        (limit) => varcharCodec('numeric_text', limit, false),
      ),
      keyable: false,
    },
    varchar(
      'numeric_key',
      () => numericTextBytes(type),
      (limit, asKey) => varcharCodec('numeric_key', limit, asKey, quotedText(numericKeyText)),
    ),
  ]
  const double = fixed(
    codec({
      rule: 'numeric_double',
      targetType: 'DOUBLE',
      canonical: 'float8',
      encode: bareWire(finiteNumber),
      literal: 'number',
    }),
  )
  const others = [decimalCandidate('decimal_or_null', type), double]
  const fits =
    declared !== null &&
    Math.max(declared.precision, declared.scale, declared.precision - declared.scale) <= features.maxDecimalPrecision
  if (!fits) return [...text, decimal, ...others]
  return [decimal, ...wholeKeys(declared.precision, declared.scale), ...text, ...others]
}
