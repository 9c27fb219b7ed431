import type { SourceType } from '../../../core/table-schema.ts'
import { sourceType } from './source-fixtures.ts'

/** Labels of the enum `mood`. */
export const MOODS = ['sad', 'ok', 'happy', 'Ärger']
const MOOD: SourceType = {
  oid: 90_001,
  typmod: -1,
  name: 'mood',
  schema: 'public',
  display: 'mood',
  kind: 'enum',
  enumLabels: MOODS,
}

/** Per column: its type, values as SQL literals (null for NULL), and literals that a predicate may have. */
export interface ColumnCase {
  readonly sql: string
  readonly type: SourceType
  readonly values: readonly string[]
  readonly literals: readonly string[]
  readonly ordered?: boolean
  readonly collate?: boolean
}

const NUMBERS = [
  '0',
  '1',
  '-1',
  '5',
  '42',
  '-42',
  '1.5',
  '-0.5',
  '0.50',
  '1e3',
  '.5',
  '00012',
  "'5'::numeric",
  '7::bigint',
]
/** Texts with what patterns and collations make of them. */
export const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'a b',
  'a%',
  '_',
  'a_b',
  '\\',
  'é',
  '日本',
  '😀x',
  'B',
  'abc',
  'aXc',
  "o'k",
  'a ',
]
/** A text as an SQL literal. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A column of each type that predicates compare. */
export const COLUMNS: Readonly<Record<string, ColumnCase>> = {
  i2: {
    sql: 'smallint',
    type: sourceType('int2'),
    values: ['0', '1', '-1', '32767', '-32768', '42'],
    literals: [...NUMBERS, "'42'", '99999'],
    ordered: true,
  },
  i4: {
    sql: 'integer',
    type: sourceType('int4'),
    values: ['0', '1', '-1', '2147483647', '1000', '12'],
    literals: [...NUMBERS, "'12'", '9999999999'],
    ordered: true,
  },
  i8: {
    sql: 'bigint',
    type: sourceType('int8'),
    values: ['0', '5', '9223372036854775807', '-9223372036854775808', '9007199254740993'],
    literals: [...NUMBERS, '9007199254740993', '9007199254740992', '9223372036854775807.5', "'5'"],
    ordered: true,
  },
  n: {
    sql: 'numeric',
    type: sourceType('numeric'),
    values: [
      "'0'",
      "'0.00'",
      "'1.50'",
      "'-0.5'",
      "'NaN'",
      "'Infinity'",
      "'-Infinity'",
      "'123456789012345678901234567890.123456789'",
      "'0.000000001'",
    ],
    literals: [
      ...NUMBERS,
      "'NaN'",
      "'-Infinity'",
      "'Infinity'",
      '123456789012345678901234567890.123456789',
      '123456789012345678901234567890.12345678',
      '1e-9',
    ],
    ordered: true,
  },
  f4: {
    sql: 'real',
    type: sourceType('float4'),
    values: ["'0'", "'-0'", "'0.1'", "'1.5'", "'NaN'", "'Infinity'", "'1e20'", "'1e-40'"],
    literals: ['0', '1.5', "'0.1'", "'0.1'::float8", "'NaN'", "'infinity'", "'1e20'::real", '-1'],
    ordered: true,
  },
  f8: {
    sql: 'double precision',
    type: sourceType('float8'),
    values: ["'0'", "'-0'", "'0.1'", "'1.5'", "'NaN'", "'-Infinity'", "'1e300'", "'5e-324'"],
    literals: ['0', '0.1', '1.5', "'0.1'", "'NaN'", "'0.1'::real", '1e300', "'5'::int"],
    ordered: true,
  },
  t: { sql: 'text', type: sourceType('text'), values: TEXTS.map(quote), literals: TEXTS.map(quote), collate: true },
  v: {
    sql: 'varchar(20)',
    type: sourceType('varchar', 24),
    values: TEXTS.map(quote),
    literals: [...TEXTS.map(quote), "'a'::text"],
    collate: true,
  },
  c: {
    sql: 'char(5)',
    type: sourceType('bpchar', 9),
    values: TEXTS.map(quote),
    literals: [...TEXTS.map(quote), "'a'::text", "'a  '::text", "'a '::bpchar"],
    collate: true,
  },
  na: { sql: 'name', type: sourceType('name'), values: TEXTS.map(quote), literals: TEXTS.map(quote), ordered: true },
  b: {
    sql: 'boolean',
    type: sourceType('bool'),
    values: ['true', 'false'],
    literals: ['TRUE', 'false', "'yes'", "'t'::boolean"],
    ordered: true,
  },
  d: {
    sql: 'date',
    type: sourceType('date'),
    values: [
      "'2024-02-29'",
      "'0044-03-15 BC'",
      "'infinity'",
      "'-infinity'",
      "'12345-01-01'",
      "'2024-03-01'",
      "'0001-01-01'",
    ],
    literals: [
      "'2024-02-29'",
      "'2024-03-01 12:00'",
      "DATE '2024-02-29'",
      "'infinity'",
      "'12345-01-01'",
      "'2024-02-29'::timestamp",
      "'2024-02-29 00:00:01'::timestamp",
      "'2024-02-29 01:00+02'::timestamptz",
    ],
    ordered: true,
  },
  ts: {
    sql: 'timestamp',
    type: sourceType('timestamp'),
    values: [
      "'2024-02-29'",
      "'2024-02-29 12:34:56.5'",
      "'2024-02-29 12:34:56.51'",
      "'0044-03-15 01:02:03 BC'",
      "'infinity'",
      "'12345-01-01 00:00:01'",
    ],
    literals: [
      "'2024-02-29'",
      "'2024-02-29 12:34'",
      "'2024-02-29T12:34:56.500'",
      "'2024-02-29'::date",
      "'-infinity'",
      "TIMESTAMP '2024-02-29 12:34:56.51'",
      "'2024-02-29 12:34:56.5+01'",
    ],
    ordered: true,
  },
  tz: {
    sql: 'timestamptz',
    type: sourceType('timestamptz'),
    values: [
      "'2024-02-29 00:00+00'",
      "'2024-02-29 12:34:56.5+02'",
      "'2024-03-31 01:30+00'",
      "'0044-03-15 01:02:03+00 BC'",
      "'-infinity'",
    ],
    literals: [
      "'2024-02-29'",
      "'2024-02-29 10:34:56.5Z'",
      "'2024-02-29 12:34:56.5+02:00'",
      "'2024-02-29 05:04:56.5-0530'",
      "'2024-03-01'::date",
      "'2024-02-29 10:34:56.5'::timestamp",
    ],
    ordered: true,
  },
  ti: {
    sql: 'time',
    type: sourceType('time'),
    values: ["'00:00'", "'12:34:56.5'", "'24:00'", "'12:34:56'"],
    literals: ["'12:34:56'", "'12:34:56.500'", "'24:00:00'", "TIME '00:00'"],
    ordered: true,
  },
  u: {
    sql: 'uuid',
    type: sourceType('uuid'),
    values: ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"],
    literals: ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'a0eebc999c0b4ef8bb6d6bb9bd380a12'::uuid"],
    ordered: true,
  },
  m: {
    sql: 'mood',
    type: MOOD,
    values: MOODS.map(quote),
    literals: [...MOODS.map(quote), "'ok'::mood"],
    ordered: true,
  },
  by: {
    sql: 'bytea',
    type: sourceType('bytea'),
    values: [String.raw`'\x'`, String.raw`'\x00'`, String.raw`'\xff00'`, String.raw`'\xff'`],
    literals: [String.raw`'\xFF'`, String.raw`'\x'`, String.raw`'\x00'::bytea`],
    ordered: true,
  },
}
