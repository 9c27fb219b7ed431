/** One rule of the type map, for people: what becomes of a source value. */
export interface TypeRule {
  /** The name that `column_types` takes. */
  readonly name: string
  /** Source types that it serves. */
  readonly from: string
  /** Target types that it fills. */
  readonly to: string
  /** What does not survive; null when every source value can be told from every other one, and read back. */
  readonly loses: string | null
  /** Values for which the row is bad (dead letter or quarantine, as configured); null when there are none. */
  readonly refuses: string | null
  readonly csv: string
  readonly json: string
  readonly readBack: string
}

const NO_CALENDAR = 'infinity, -infinity, years BC, years after 9999'
const AS_PRINTED = 'as PostgreSQL prints it'
const TOO_LONG = 'text longer than the column, never cut'

const rules = {
  boolean: {
    from: 'boolean; bit(1) on request',
    to: 'BOOLEAN',
    loses: null,
    refuses: null,
    csv: '`1` or `0`',
    json: '`"1"` or `"0"`',
    readBack: 'the column',
  },
  integer: {
    from: 'smallint, integer, bigint, oid, xid, cid; numeric(p,0) with p <= 18 as a key',
    to: 'SMALLINT, INT, BIGINT',
    loses: null,
    refuses: 'NaN in a numeric key',
    csv: 'digits',
    json: 'a number',
    readBack: 'the column',
  },
  largeint: {
    from: 'xid8; numeric(p,0) with p <= 38 as a key',
    to: 'LARGEINT',
    loses: null,
    refuses: 'NaN in a numeric key',
    csv: 'digits',
    json: 'a string of digits',
    readBack: 'the column',
  },
  float: {
    from: 'real, double precision',
    to: 'FLOAT, DOUBLE',
    loses: null,
    refuses: 'NaN, Infinity, -Infinity',
    csv: 'shortest text that reads back to the same float',
    json: 'a number',
    readBack: 'the column',
  },
  float_or_null: {
    from: 'real, double precision, on request',
    to: 'FLOAT, DOUBLE',
    loses: 'NaN, Infinity and -Infinity become NULL',
    refuses: null,
    csv: 'as float',
    json: 'as float',
    readBack: 'the column',
  },
  float_text: {
    from: 'real, double precision as a key or on request',
    to: 'VARCHAR(32)',
    loses: null,
    refuses: null,
    csv: 'shortest text; -0 is written 0, as they are one value',
    json: 'the same as a string',
    readBack: 'the column',
  },
  decimal: {
    from: 'numeric(p,s)',
    to: 'DECIMAL(p,s), for a negative scale DECIMAL(p-s,0)',
    loses: null,
    refuses: 'NaN; on request of another precision, numbers that it does not hold whole',
    csv: 'digits',
    json: 'a string of digits',
    readBack: 'the column',
  },
  decimal_or_null: {
    from: 'numeric(p,s), on request',
    to: 'DECIMAL(p,s)',
    loses: 'NaN and infinities become NULL',
    refuses: 'numbers that the column does not hold whole',
    csv: 'digits',
    json: 'a string of digits',
    readBack: 'the column',
  },
  numeric_text: {
    from: 'numeric without precision, or with more than the target has',
    to: 'VARCHAR',
    loses: null,
    refuses: null,
    csv: 'every digit, as PostgreSQL prints it; NaN, Infinity',
    json: 'the same as a string',
    readBack: 'the column',
  },
  numeric_key: {
    from: 'numeric as a key',
    to: 'VARCHAR',
    loses: 'zeros at the end of the fraction: 1.50 arrives as 1.5 (PostgreSQL, too, takes both for one key)',
    refuses: 'keys of more than 128 bytes',
    csv: 'digits without zeros at the end of the fraction',
    json: 'the same as a string',
    readBack: 'the column',
  },
  numeric_double: {
    from: 'numeric, on request',
    to: 'DOUBLE',
    loses: 'digits after the 15th or so',
    refuses: 'NaN and infinities',
    csv: 'digits',
    json: 'a number',
    readBack: 'the column',
  },
  money: {
    from: 'money (lc_monetary=C)',
    to: 'DECIMAL(19,2)',
    loses: null,
    refuses: null,
    csv: 'digits without $ and commas',
    json: 'the same as a string',
    readBack: 'the column',
  },
  money_text: {
    from: 'money as a key',
    to: 'VARCHAR(32)',
    loses: null,
    refuses: null,
    csv: 'digits without $ and commas',
    json: 'the same as a string',
    readBack: 'the column',
  },
  text: {
    from: 'text, varchar, char, citext, name, "char", uuid, xml, enums, time, timetz, interval, inet, cidr, macaddr, bit, geometric types, ranges, multiranges, composites, tsvector, reg*, pg_lsn, and every type without a rule of its own; any type on request',
    to: 'VARCHAR: four bytes for each character of varchar(n) and char(n), else the widest',
    loses: null,
    refuses: TOO_LONG,
    csv: AS_PRINTED,
    json: 'a string',
    readBack: 'the column',
  },
  json_text: {
    from: 'json, jsonb',
    to: 'VARCHAR',
    loses: null,
    refuses: TOO_LONG,
    csv: AS_PRINTED,
    json: 'a string',
    readBack: 'the column',
  },
  json: {
    from: 'json, jsonb, on request',
    to: 'JSON',
    loses:
      'digits of numbers beyond 64 bits or a double, the document `null` (becomes NULL), and of json also spaces, the order of keys and repeated keys',
    refuses: 'documents over 16 MB',
    csv: AS_PRINTED,
    json: 'embedded',
    readBack: 'the column',
  },
  array_text: {
    from: 'arrays of any type and dimension',
    to: 'VARCHAR',
    loses: null,
    refuses: TOO_LONG,
    csv: 'JSON text: numbers and booleans bare, NULL as null, all other elements as strings in PostgreSQL\'s form; lower bounds other than 1 as `{"[0:1]":[7,8]}`',
    json: 'the same as a string',
    readBack: 'the column',
  },
  array_json: {
    from: 'arrays, on request',
    to: 'JSON',
    loses: 'digits of numbers beyond 64 bits or a double',
    refuses: 'documents over 16 MB',
    csv: 'as array_text',
    json: 'embedded',
    readBack: 'the column',
  },
  hstore_text: {
    from: 'hstore',
    to: 'VARCHAR',
    loses: null,
    refuses: TOO_LONG,
    csv: 'JSON text of an object',
    json: 'the same as a string',
    readBack: 'the column',
  },
  hstore_json: {
    from: 'hstore, on request',
    to: 'JSON',
    loses: 'the order of keys (which hstore does not let you choose)',
    refuses: 'documents over 16 MB',
    csv: 'as hstore_text',
    json: 'embedded',
    readBack: 'the column',
  },
  date: {
    from: 'date',
    to: 'DATE',
    loses: null,
    refuses: NO_CALENDAR,
    csv: '`2024-02-29`',
    json: 'the same as a string',
    readBack: 'the column',
  },
  date_or_null: {
    from: 'date, on request',
    to: 'DATE',
    loses: `${NO_CALENDAR} become NULL`,
    refuses: null,
    csv: 'as date',
    json: 'as date',
    readBack: 'the column',
  },
  datetime: {
    from: 'timestamp; date on request',
    to: 'DATETIME',
    loses: null,
    refuses: NO_CALENDAR,
    csv: '`2024-02-29 12:34:56.789012`',
    json: 'the same as a string',
    readBack: 'the column',
  },
  datetime_or_null: {
    from: 'timestamp, on request',
    to: 'DATETIME',
    loses: `${NO_CALENDAR} become NULL`,
    refuses: null,
    csv: 'as datetime',
    json: 'as datetime',
    readBack: 'the column',
  },
  datetime_utc: {
    from: 'timestamptz',
    to: 'DATETIME, always UTC',
    loses: null,
    refuses: NO_CALENDAR,
    csv: 'in UTC, without the suffix `+00`',
    json: 'the same as a string',
    readBack: 'the column',
  },
  datetime_utc_or_null: {
    from: 'timestamptz, on request',
    to: 'DATETIME, always UTC',
    loses: `${NO_CALENDAR} become NULL`,
    refuses: null,
    csv: 'as datetime_utc',
    json: 'as datetime_utc',
    readBack: 'the column',
  },
  binary: {
    from: 'bytea',
    to: 'VARBINARY',
    loses: null,
    refuses: 'more than 1,048,576 bytes',
    csv: "hex digits, turned to bytes by `to_binary(field,'hex')` of the load",
    json: 'the same as a string',
    readBack: '`hex(column)`',
  },
  binary_hex: {
    from: 'bytea as a key or on request',
    to: 'VARCHAR',
    loses: null,
    refuses: TOO_LONG,
    csv: 'hex digits in lower case, without `\\x`',
    json: 'the same as a string',
    readBack: 'the column',
  },
  soft_delete_mark: {
    from: 'the sync itself, with `delete: soft`',
    to: 'BOOLEAN',
    loses: null,
    refuses: null,
    csv: '`1` when the source row is gone, else `0`',
    json: '`"1"` or `"0"`',
    readBack: 'the column',
  },
} as const satisfies Record<string, Omit<TypeRule, 'name'>>

/** Name of a rule of the type map. */
export type RuleName = keyof typeof rules

/** True when `name` is one of the rules. */
export const isRuleName = (name: string): name is RuleName => Object.hasOwn(rules, name)

/** The rule of that name. */
export const ruleOf = (name: RuleName): TypeRule => ({ name, ...rules[name] })

/** Every rule, in the order of `docs/types.md`. */
export const ALL_RULES: readonly TypeRule[] = Object.entries(rules).map(([name, rule]) => ({ name, ...rule }))
