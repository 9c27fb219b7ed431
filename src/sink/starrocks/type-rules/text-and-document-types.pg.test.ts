import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '../../../../test/support/postgres.ts'
import type { SourceType } from '../../../core/table-schema.ts'
import { numericType, sourceType } from '../testing/source-fixtures.ts'
import { checkTypeCase, openTypeDatabase, titleOf, type TypeCase } from '../testing/type-case.ts'

const TEXTS = [
  "''",
  "' '",
  "'a'",
  String.raw`'\N'`,
  String.raw`E'\n\r\t\x01\x02\x03'`,
  "'\"'",
  "'é日本😀'",
  String.raw`'\\'`,
  "'null'",
  String.raw`E'\x7f\x1f'`,
  `repeat('long text, ', 30)`,
]
const WIDE = 'VARCHAR(1048576)'
const composite: SourceType = { ...sourceType('pair'), schema: 'public', kind: 'composite' }
const moods: SourceType = { ...sourceType('mood'), schema: 'public', kind: 'enum', enumLabels: ['sad', 'so so', '日'] }
const domain: SourceType = { ...sourceType('amount'), schema: 'public', kind: 'domain', inner: numericType(8, 2) }
const arrayOf = (inner: SourceType): SourceType => ({ ...sourceType(`_${inner.name}`), kind: 'array', inner })
const base = (name: string, schema = 'pg_catalog', kind: SourceType['kind'] = 'base'): SourceType => ({
  ...sourceType(name),
  schema,
  kind,
})

const CASES: readonly TypeCase[] = [
  {
    sql: 'char(5)',
    type: sourceType('bpchar', 9),
    values: ["'a'", "'日本'", "''"],
    rule: 'text',
    target: 'VARCHAR(20)',
  },
  {
    sql: 'varchar(300)',
    type: sourceType('varchar', 304),
    values: TEXTS.slice(0, 8),
    rule: 'text',
    target: 'VARCHAR(1200)',
  },
  { sql: 'text', type: sourceType('text'), values: TEXTS, rule: 'text', target: WIDE },
  { sql: 'name', type: sourceType('name'), values: ["'x'"], rule: 'text', target: 'VARCHAR(256)' },
  { sql: '"char"', type: sourceType('char'), values: ["'x'", "''"], rule: 'text', target: 'VARCHAR(4)' },
  {
    sql: 'bytea',
    type: sourceType('bytea'),
    values: [String.raw`'\x'`, String.raw`'\x00ff5c4e'`, String.raw`decode(repeat('ab', 500), 'hex')`],
    oracle: "encode(v, 'hex')",
    rule: 'binary',
    target: 'VARBINARY',
  },
  {
    sql: 'bytea',
    type: sourceType('bytea'),
    values: [String.raw`'\x00ff'`],
    oracle: "encode(v, 'hex')",
    rule: 'binary_hex',
    target: 'VARCHAR(128)',
    asKey: true,
  },
  {
    sql: 'uuid',
    type: sourceType('uuid'),
    values: ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"],
    rule: 'text',
    target: 'VARCHAR(36)',
  },
  {
    sql: 'json',
    type: sourceType('json'),
    values: [
      String.raw`'{"b": 1.10, "a": [1, "\u00e9\"\\"] }'`,
      "'null'",
      String.raw`E'{\n"x":12345678901234567890123}'`,
    ],
    rule: 'json_text',
    target: WIDE,
  },
  {
    sql: 'jsonb',
    type: sourceType('jsonb'),
    values: [String.raw`'{"b": 1.10, "a": [1, "é\"\\"]}'`, "'null'", '\'"\\\\N"\''],
    rule: 'json_text',
    target: WIDE,
  },
  {
    sql: 'json',
    type: sourceType('json'),
    values: [String.raw`E'{"b": 1.5,\n "a": [1, "x"]}'`, '\'"text"\'', "'[]'"],
    json: true,
    rule: 'json',
    target: 'JSON',
    columnType: 'JSON',
  },
  { sql: 'jsonpath', type: sourceType('jsonpath'), values: ["'$.a[*] ? (@ > 1)'"], rule: 'text', target: WIDE },
  { sql: 'xml', type: sourceType('xml'), values: ['\'<a b="1">&amp;</a>\''], rule: 'text', target: WIDE },
  {
    sql: 'inet',
    type: sourceType('inet'),
    values: ["'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/127'", "'10.0.0.1'"],
    rule: 'text',
    target: 'VARCHAR(64)',
  },
  { sql: 'cidr', type: sourceType('cidr'), values: ["'10.0.0.0/8'"], rule: 'text', target: 'VARCHAR(64)' },
  { sql: 'macaddr', type: sourceType('macaddr'), values: ["'08:00:2b:01:02:03'"], rule: 'text', target: 'VARCHAR(17)' },
  {
    sql: 'macaddr8',
    type: sourceType('macaddr8'),
    values: ["'08:00:2b:01:02:03:04:05'"],
    rule: 'text',
    target: 'VARCHAR(23)',
  },
  { sql: 'bit(3)', type: sourceType('bit', 3), values: ["B'101'"], rule: 'text', target: 'VARCHAR(3)' },
  {
    sql: 'bit(1)',
    type: sourceType('bit', 1),
    values: ["B'1'", "B'0'"],
    rule: 'boolean',
    target: 'BOOLEAN',
    columnType: 'BOOLEAN',
  },
  { sql: 'varbit', type: sourceType('varbit'), values: ["B''", "B'10101'"], rule: 'text', target: WIDE },
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'].map((name): TypeCase => ({
    sql: name,
    type: sourceType(name),
    values: [
      {
        point: "'(1,-2.5)'",
        line: "'{1,2,3}'",
        lseg: "'[(0,0),(1,1)]'",
        box: "'(2,2),(0,0)'",
        path: "'[(0,0),(1,1)]'",
        polygon: "'((0,0),(1,1),(1,0))'",
        circle: "'<(0,0),1>'",
      }[name] ?? '',
    ],
    rule: 'text',
    target: WIDE,
  })),
  { sql: 'tsvector', type: sourceType('tsvector'), values: ["'a:1 b:2 c'"], rule: 'text', target: WIDE },
  { sql: 'tsquery', type: sourceType('tsquery'), values: ["'a & !b'"], rule: 'text', target: WIDE },
  {
    sql: 'int4range',
    type: base('int4range', 'pg_catalog', 'range'),
    values: ["'[1,5)'", "'empty'", "'(,)'"],
    rule: 'text',
    target: WIDE,
  },
  {
    sql: 'tstzrange',
    type: base('tstzrange', 'pg_catalog', 'range'),
    values: ["'[2024-01-01,infinity)'"],
    rule: 'text',
    target: WIDE,
  },
  {
    sql: 'nummultirange',
    type: base('nummultirange', 'pg_catalog', 'multirange'),
    values: ["'{[1,2),[3,4)}'"],
    rule: 'text',
    target: WIDE,
  },
  {
    sql: 'int2vector',
    type: { ...base('int2vector', 'pg_catalog', 'array'), inner: sourceType('int2') },
    values: ["'1 2 3'"],
    rule: 'text',
    target: WIDE,
  },
  { sql: 'public.mood', type: moods, values: ["'sad'", "'so so'", "'日'"], rule: 'text', target: 'VARCHAR(128)' },
  { sql: 'public.amount', type: domain, values: ["'1.5'"], bad: ["'NaN'"], rule: 'decimal', target: 'DECIMAL(8,2)' },
  {
    sql: 'public.pair',
    type: composite,
    values: [String.raw`ROW(1, E'a"b,\\')`, 'ROW(NULL, NULL)', "ROW(1, '')"],
    rule: 'text',
    target: WIDE,
  },
  {
    sql: 'integer[]',
    type: arrayOf(sourceType('int4')),
    values: ["'{}'", "'{1,NULL,-3}'", "'{{1,2},{3,4}}'"],
    oracle: 'to_json(v)::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'numeric[]',
    type: arrayOf(sourceType('numeric')),
    values: ["'{1.50,NaN,NULL,123456789012345678901234567890}'"],
    oracle: `'[1.50,"NaN",null,123456789012345678901234567890]'`,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'float8[]',
    type: arrayOf(sourceType('float8')),
    values: ["'{1e20,-Infinity,0.1}'"],
    oracle: `'[1e+20,"-Infinity",0.1]'`,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'boolean[]',
    type: arrayOf(sourceType('bool')),
    values: ["'{t,f,NULL}'"],
    oracle: 'to_json(v)::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'text[]',
    type: arrayOf(sourceType('text')),
    values: [
      "'{}'",
      String.raw`ARRAY['a b', 'NULL', NULL, '', 'null', 'x"y', E'\n\x01\\', '{1,2}', 'é', '\N']`,
      "ARRAY[['a','b'],['c',NULL]]",
    ],
    oracle: 'to_json(v)::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'timestamptz[]',
    type: arrayOf(sourceType('timestamptz')),
    values: ["'{2024-02-29 12:00+00,infinity,NULL}'"],
    oracle: 'to_json(v::text[])::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'box[]',
    type: arrayOf(sourceType('box')),
    values: ["'{(1,1),(0,0);(3,3),(2,2)}'"],
    oracle: `'["(1,1),(0,0)","(3,3),(2,2)"]'`,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'jsonb[]',
    type: arrayOf(sourceType('jsonb')),
    values: [String.raw`ARRAY['{"a": "x\"y"}', 'null', NULL]::jsonb[]`],
    oracle: 'to_json(v::text[])::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'integer[]',
    type: arrayOf(sourceType('int4')),
    values: ["'[0:1]={7,8}'", "'[2:2][0:1]={{1,2}}'"],
    oracle: `json_build_object(substr(v::text, 1, strpos(v::text, '=') - 1), to_json(v))::text`,
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'integer[]',
    type: arrayOf(sourceType('int4')),
    values: ["'{{1,2},{3,NULL}}'"],
    oracle: 'to_json(v)::text',
    json: true,
    rule: 'array_json',
    target: 'JSON',
    columnType: 'JSON',
  },
  {
    sql: 'public.pair[]',
    type: arrayOf(composite),
    values: ["ARRAY[ROW(1, 'a \"b'), NULL]::public.pair[]"],
    oracle: 'to_json(v::text[])::text',
    json: true,
    rule: 'array_text',
    target: WIDE,
  },
  {
    sql: 'public.hstore',
    type: base('hstore', 'public'),
    values: ["''", `'a=>1, b=>NULL, "c d"=>"x\\"\\\\y", ""=>"NULL"'`],
    oracle: 'public.hstore_to_json(v)::text',
    json: true,
    rule: 'hstore_text',
    target: WIDE,
  },
  {
    sql: 'public.citext',
    type: base('citext', 'public'),
    values: ["'AbC'"],
    rule: 'text',
    target: WIDE,
  },
]

describe('texts and documents, in the words of a server', () => {
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
