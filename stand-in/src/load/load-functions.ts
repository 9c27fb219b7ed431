/** A value inside a `columns` expression: bytes, or null. `binary` ones are no text for VARBINARY to decode. */
export type LoadValue = { readonly bytes: Buffer; readonly binary: boolean } | null

/** A function that the `columns` and `where` headers may call; all but a few answer null when their first value is null. */
type LoadFunction = (values: readonly LoadValue[]) => LoadValue

const text = (value: string): LoadValue => ({ bytes: Buffer.from(value), binary: false })
const binary = (bytes: Buffer): LoadValue => ({ bytes, binary: true })

const strict =
  (apply: (first: string, rest: readonly LoadValue[]) => LoadValue): LoadFunction =>
  ([first, ...rest]) =>
    first === null || first === undefined ? null : apply(first.bytes.toString('utf8'), rest)

/** The functions by lower-case name (reference/starrocks.md 1.5, 1.6 name to_binary and from_base64). */
export const loadFunctions: Readonly<Record<string, LoadFunction | undefined>> = {
  to_binary: strict((value, [format]) => toBinary(value, format?.bytes.toString().toLowerCase() ?? 'hex')),
  from_base64: strict((value) => binary(Buffer.from(value, 'base64'))),
  base64_decode_string: strict((value) => text(Buffer.from(value, 'base64').toString('utf8'))),
  to_base64: strict((value) => text(Buffer.from(value).toString('base64'))),
  unhex: strict((value) => toBinary(value, 'hex')),
  hex: strict((value) => text(Buffer.from(value).toString('hex').toUpperCase())),
  upper: strict((value) => text(value.toUpperCase())),
  lower: strict((value) => text(value.toLowerCase())),
  trim: strict((value) => text(value.trim())),
  concat: (values) =>
    values.includes(null) ? null : text(values.map((value) => value?.bytes.toString('utf8')).join('')),
  nullif: ([first, second]) =>
    first != null && second != null && first.bytes.equals(second.bytes) ? null : (first ?? null),
  ifnull: (values) => firstKnown(values),
  coalesce: (values) => firstKnown(values),
  if: ([condition, yes, no]) => (condition != null && condition.bytes.toString() !== '0' ? yes : no) ?? null,
  parse_json: strict((value) => text(value)),
}

function firstKnown(values: readonly LoadValue[]): LoadValue {
  return values.find((value) => value !== null) ?? null
}

function toBinary(value: string, format: string): LoadValue {
  if (format === 'encode64') return binary(Buffer.from(value, 'base64'))
  if (format === 'utf8') return binary(Buffer.from(value, 'utf8'))
  return /^(?:[0-9a-f]{2})*$/i.test(value) ? binary(Buffer.from(value, 'hex')) : null
}
