import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../test/support/postgres.ts'
import { numericType, sourceType } from '../testing/source-fixtures.ts'
import { checkTypeCase, openTypeDatabase, titleOf, type TypeCase } from '../testing/type-case.ts'

const INSTANTS = [
  "'2024-02-29 12:34:56.789012'",
  "'0001-01-01'",
  "'9999-12-31 23:59:59.999999'",
  "'1969-12-31 23:59:59.1'",
  "'2024-03-31 02:30:00'",
]
const NO_INSTANTS = [
  "'infinity'",
  "'-infinity'",
  "'0044-03-15 12:00:00 BC'",
  "'10000-01-01'",
  "'294276-12-31 23:59:59.999999'",
]
const WIDE = 'VARCHAR(1048576)'
const NUMERICS = [
  "'0'",
  "'0.00'",
  "'-1.50'",
  "'123456789012345678901234567890.1234567890123456789'",
  "'1e-20'",
  "'1e100'",
  "'NaN'",
  "'Infinity'",
  "'-Infinity'",
  "'100'",
]

const CASES: readonly TypeCase[] = [
  {
    sql: 'boolean',
    type: sourceType('bool'),
    values: ['true', 'false'],
    oracle: 'v::int::text',
    rule: 'boolean',
    target: 'BOOLEAN',
  },
  { sql: 'smallint', type: sourceType('int2'), values: ['-32768', '0', '32767'], rule: 'integer', target: 'SMALLINT' },
  {
    sql: 'integer',
    type: sourceType('int4'),
    values: ['-2147483648', '0', '2147483647'],
    rule: 'integer',
    target: 'INT',
  },
  {
    sql: 'bigint',
    type: sourceType('int8'),
    values: ['-9223372036854775808', '9007199254740993', '9223372036854775807'],
    rule: 'integer',
    target: 'BIGINT',
  },
  { sql: 'oid', type: sourceType('oid'), values: ['0', '4294967295'], rule: 'integer', target: 'BIGINT' },
  {
    sql: 'regclass',
    type: sourceType('regclass'),
    values: ["'pg_class'", "'pg_catalog.pg_type'"],
    rule: 'text',
    target: WIDE,
  },
  { sql: 'xid', type: sourceType('xid'), values: ["'4294967295'"], rule: 'integer', target: 'BIGINT' },
  { sql: 'cid', type: sourceType('cid'), values: ["'7'"], rule: 'integer', target: 'BIGINT' },
  {
    sql: 'xid8',
    type: sourceType('xid8'),
    values: ["'18446744073709551615'", "'0'"],
    rule: 'largeint',
    target: 'LARGEINT',
  },
  { sql: 'tid', type: sourceType('tid'), values: ["'(4294967295,65535)'"], rule: 'text', target: 'VARCHAR(32)' },
  {
    sql: 'pg_lsn',
    type: sourceType('pg_lsn'),
    values: ["'FFFFFFFF/FFFFFFFF'", "'0/0'"],
    rule: 'text',
    target: 'VARCHAR(17)',
  },
  { sql: 'txid_snapshot', type: sourceType('txid_snapshot'), values: ["'10:20:10,14,15'"], rule: 'text', target: WIDE },
  {
    sql: 'real',
    type: sourceType('float4'),
    values: ["'0'", "'-0'", "'0.1'", "'1e-45'", "'3.4028235e38'", "'16777217'"],
    bad: ["'NaN'", "'Infinity'", "'-Infinity'"],
    rule: 'float',
    target: 'FLOAT',
  },
  {
    sql: 'double precision',
    type: sourceType('float8'),
    values: ["'0'", "'-0'", "'0.1'", "'5e-324'", "'1.7976931348623157e308'", "'123456789.123456789'"],
    bad: ["'NaN'", "'Infinity'", "'-Infinity'"],
    rule: 'float',
    target: 'DOUBLE',
  },
  {
    sql: 'double precision',
    type: sourceType('float8'),
    values: ["'0'", "'-0'", "'0.1'", "'NaN'", "'-Infinity'"],
    oracle: "replace((v + 0)::text, '-0!', '0')",
    rule: 'float_text',
    target: 'VARCHAR(32)',
    asKey: true,
  },
  {
    sql: 'numeric(12,2)',
    type: numericType(12, 2),
    values: ["'0'", "'-1.5'", "'9999999999.99'"],
    bad: ["'NaN'"],
    rule: 'decimal',
    target: 'DECIMAL(12,2)',
  },
  {
    sql: 'numeric(5,-2)',
    type: numericType(5, -2),
    values: ["'1234567'", "'-9999900'", "'0'"],
    rule: 'decimal',
    target: 'DECIMAL(7,0)',
  },
  {
    sql: 'numeric(3,5)',
    type: numericType(3, 5),
    values: ["'0.00999'", "'0'"],
    rule: 'decimal',
    target: 'DECIMAL(5,5)',
  },
  {
    sql: 'numeric(100,50)',
    type: numericType(100, 50),
    values: ["'1.5'", "'NaN'", `'${'9'.repeat(50)}.${'9'.repeat(50)}'`],
    rule: 'numeric_text',
    target: 'VARCHAR(103)',
  },
  { sql: 'numeric', type: sourceType('numeric'), values: NUMERICS, rule: 'numeric_text', target: 'VARCHAR(147457)' },
  {
    sql: 'numeric',
    type: sourceType('numeric'),
    values: NUMERICS,
    oracle: 'trim_scale(v)::text',
    rule: 'numeric_key',
    target: 'VARCHAR(128)',
    asKey: true,
  },
  {
    sql: 'numeric',
    type: sourceType('numeric'),
    values: ["'0'", "'1.50'", "'-12.3400'", "'99999999.9999'"],
    bad: ["'NaN'", "'1e8'", "'0.00001'"],
    oracle: 'trim_scale(v)::text',
    rule: 'decimal',
    target: 'DECIMAL(12,4)',
    columnType: 'DECIMAL(12,4)',
  },
  {
    sql: 'numeric(18,0)',
    type: numericType(18, 0),
    values: ["'999999999999999999'", "'-1'"],
    bad: ["'NaN'"],
    rule: 'integer',
    target: 'BIGINT',
    asKey: true,
  },
  {
    sql: 'numeric(38,0)',
    type: numericType(38, 0),
    values: [`'${'9'.repeat(38)}'`],
    bad: ["'NaN'"],
    rule: 'largeint',
    target: 'LARGEINT',
    asKey: true,
  },
  {
    sql: 'money',
    type: sourceType('money'),
    values: ["'-92233720368547758.08'", "'0'", "'1234.5'", "'-0.01'"],
    oracle: 'v::numeric::text',
    rule: 'money',
    target: 'DECIMAL(19,2)',
  },
  {
    sql: 'date',
    type: sourceType('date'),
    values: ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'"],
    bad: ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'10000-01-01'", "'5874897-12-31'"],
    rule: 'date',
    target: 'DATE',
  },
  {
    sql: 'time',
    type: sourceType('time'),
    values: ["'00:00'", "'23:59:59.999999'", "'24:00'"],
    rule: 'text',
    target: 'VARCHAR(15)',
  },
  {
    sql: 'timetz',
    type: sourceType('timetz'),
    values: ["'00:00+00'", "'23:59:59.999999-15:59:59'"],
    rule: 'text',
    target: 'VARCHAR(24)',
  },
  {
    sql: 'timestamp',
    type: sourceType('timestamp'),
    values: INSTANTS,
    bad: NO_INSTANTS,
    rule: 'datetime',
    target: 'DATETIME',
  },
  {
    sql: 'timestamptz',
    type: sourceType('timestamptz'),
    values: INSTANTS,
    bad: NO_INSTANTS,
    oracle: "(v AT TIME ZONE 'UTC')::text",
    rule: 'datetime_utc',
    target: 'DATETIME',
  },
  {
    sql: 'interval',
    type: sourceType('interval'),
    values: ["'-178000000 years'", "'1 mon -3 days 04:05:06.789'", "'0'"],
    rule: 'text',
    target: 'VARCHAR(128)',
  },
]

describe('numbers and times, in the words of a server', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTypeDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test.each(CASES.map((one) => [titleOf(one), one] as const))('%s', async (_title, one) => {
    const { found, wanted } = await checkTypeCase(database, one)
    expect(found).toEqual(wanted)
  })
})
