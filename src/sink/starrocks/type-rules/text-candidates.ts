import { copyShort, hexField, lowerCaseHex } from '../encode/plain-fields.ts'
import { quotedWire } from '../encode/wire.ts'
import { fixed, varchar, type Candidate, type RuleContext } from './candidate.ts'
import { codec, varcharCodec } from './column-codec.ts'

const MAX_CHARACTER_BYTES = 4
const VARBINARY_BYTES = 1_048_576

/** Any text, of at most `bytes` as the type defines it. */
export const textOf = (bytes: (context: RuleContext) => number): readonly Candidate[] => [
  varchar('text', bytes, (limit, asKey) => varcharCodec('text', limit, asKey)),
]

/** Text without a bound of its own. */
export const TEXT = textOf((context) => context.features.maxVarcharBytes)

/** varchar(n) and char(n): four bytes a character, as VARCHAR counts bytes. Their modifier is n + 4. */
export const CHARACTERS = textOf(({ type, features }) =>
  type.typmod < 4 ? features.maxVarcharBytes : Math.max(1, (type.typmod - 4) * MAX_CHARACTER_BYTES),
)

const bitText = textOf(({ type, features }) => (type.typmod < 1 ? features.maxVarcharBytes : type.typmod))

const bitAsBoolean = fixed(
  codec({
    rule: 'boolean',
    targetType: 'BOOLEAN',
    keySize: 1,
    encode: quotedWire(copyShort),
    readBack: quotedWire(copyShort),
    literal: 'boolean',
  }),
)

/** bit(n) and varbit(n), whose modifier is n. */
export const bitCandidates = ({ type }: RuleContext): readonly Candidate[] =>
  type.name === 'bit' && type.typmod === 1 ? [...bitText, bitAsBoolean] : bitText

/** bytea. */
export const BYTEA: readonly Candidate[] = [
  fixed(
    codec({
      rule: 'binary',
      targetType: 'VARBINARY',
      encode: quotedWire(hexField(VARBINARY_BYTES)),
      readBack: quotedWire(lowerCaseHex),
      hexMapped: true,
    }),
  ),
  varchar(
    'binary_hex',
    (context) => context.features.maxVarcharBytes,
    (limit, asKey) => varcharCodec('binary_hex', limit, asKey, (bytes) => quotedWire(hexField(Math.floor(bytes / 2)))),
  ),
]
