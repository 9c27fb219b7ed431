import { describe, expect, test } from 'vitest'
import { SyncError } from '../../core/sync-error.ts'
import type { TableRoute } from '../../core/table-route.ts'
import type { SourceType, TableSchema } from '../../core/table-schema.ts'
import { compileTable } from './compile-table.ts'
import { lossyColumns } from './lossy-columns.ts'
import { FEATURES, numericType, OLD_FEATURES, routeOf, schemaOf, sourceType } from './testing/source-fixtures.ts'
import { ALL_RULES } from './type-rules/rule-catalogue.ts'
import { typesPage } from './types-page.ts'

const typeOf = (type: string | SourceType, wanted: string, features = FEATURES): string => {
  const schema = schemaOf({ id: 'int4', v: type })
  const column = compileTable(schema, routeOf({ columnTypes: { v: wanted } }), features).columns[1]
  return `${column?.type} by ${column?.rule}`
}

function refusal(schema: TableSchema, route: Partial<TableRoute> = {}): SyncError {
  try {
    compileTable(schema, routeOf(route), FEATURES)
  } catch (error) {
    if (error instanceof SyncError) return error
  }
  throw new Error('not refused')
}

describe('a column that asks for another type', () => {
  test.each([
    ['int4', 'BIGINT', 'BIGINT by integer'],
    ['int4', 'bigint', 'BIGINT by integer'],
    ['int8', 'LARGEINT', 'LARGEINT by largeint'],
    ['int8', 'DECIMAL(20, 0)', 'DECIMAL(20,0) by decimal'],
    ['int8', 'text', 'VARCHAR(24) by text'],
    ['numeric', 'DECIMAL(20,4)', 'DECIMAL(20,4) by decimal'],
    ['numeric', 'DECIMAL', 'DECIMAL(38,9) by decimal'],
    ['numeric', 'numeric_double', 'DOUBLE by numeric_double'],
    [numericType(12, 2), 'VARCHAR(20)', 'VARCHAR(20) by numeric_text'],
    ['jsonb', 'JSON', 'JSON by json'],
    ['_int4', 'array_json', 'JSON by array_json'],
    ['_int4', 'text', 'VARCHAR(1048576) by text'],
    ['text', 'VARCHAR(200)', 'VARCHAR(200) by text'],
    ['timestamptz', 'datetime_utc_or_null', 'DATETIME by datetime_utc_or_null'],
    ['timestamptz', 'text', 'VARCHAR(48) by text'],
    ['float4', 'DOUBLE', 'DOUBLE by float'],
    ['numeric', 'text', 'VARCHAR(147457) by numeric_text'],
    ['bytea', 'text', 'VARCHAR(1048576) by binary_hex'],
    ['float8', 'float_text', 'VARCHAR(32) by float_text'],
    ['bytea', 'binary_hex', 'VARCHAR(1048576) by binary_hex'],
    [sourceType('bit', 1), 'BOOLEAN', 'BOOLEAN by boolean'],
  ])('%o as %s', (type, wanted, found) => {
    expect(typeOf(type, wanted)).toBe(found)
  })

  test.each([
    ['text', 'INT', /cannot become INT/u, /VARCHAR\(n\) or text/u],
    ['int8', 'INT', /cannot become INT/u, /BIGINT or integer; LARGEINT/u],
    ['timestamptz', 'DATE', /cannot become DATE/u, /DATETIME or datetime_utc_or_null/u],
    ['_int4', 'ARRAY<INT>', /cannot become ARRAY<INT>/u, /JSON or array_json/u],
    ['numeric', 'DECIMAL(99,2)', /1 to 76 digits/u, /VARCHAR/u],
    ['numeric', 'DECIMAL(5,6)', /not within/u, /DECIMAL/u],
    ['text', 'VARCHAR(2000000)', /1 to 1048576 bytes/u, /VARCHAR/u],
    ['text', 'STRING', /cannot become STRING/u, /VARCHAR\(n\)/u],
    ['int4', 'nonsense(', /cannot become nonsense/u, /exclude_columns: \["v"\]/u],
    [{ ...sourceType('record'), kind: 'pseudo' as const }, 'text', /no rule/u, /exclude_columns/u],
  ])('%o as %s is refused, with what it can be', (type, wanted, problem, remedy) => {
    const error = refusal(schemaOf({ id: 'int4', v: type }), { columnTypes: { v: wanted } })
    expect(error.code).toBe('TYPE_UNSUPPORTED')
    expect(error.message).toMatch(problem)
    expect(error.remedy).toMatch(remedy)
  })

  test('a key column cannot take a rule that keys cannot have', () => {
    const error = refusal(schemaOf({ v: numericType(12, 2) }), { columnTypes: { v: 'decimal' } })
    expect(error.message).toMatch(/a key column of type numeric cannot become decimal/u)
    expect(error.remedy).not.toMatch(/DECIMAL|exclude/u)
  })
})

describe('the server version', () => {
  test.each([
    [numericType(50, 10), FEATURES, 'DECIMAL(50,10)'],
    [numericType(50, 10), OLD_FEATURES, 'VARCHAR(53)'],
    [sourceType('varchar', 4 + 1_000_000), OLD_FEATURES, 'VARCHAR(1048576)'],
    [sourceType('varchar', 4 + 1_000_000), { ...FEATURES, maxVarcharBytes: 2_147_482_624 }, 'VARCHAR(4000000)'],
  ])('bounds what a type becomes', (type, features, target) => {
    expect(compileTable(schemaOf({ id: 'int4', v: type }), routeOf(), features).columns[1]?.type).toBe(target)
  })
})

describe('names and keys', () => {
  test('characters that StarRocks does not take become underscores', () => {
    const schema = schemaOf({ 'order-id': 'int4', größe: 'text', __op: 'int4', __row_id: 'int4', x: 'int4' })
    expect(compileTable(schema, routeOf({ excludeColumns: ['x'] }), FEATURES).columns.map(({ name }) => name)).toEqual([
      'order_id',
      'gr__e',
      'c__op',
      'c__row_id',
    ])
  })

  test.each([
    [{ id: 'int4', a: 'int4', A: 'int4' }, {}, /"A".*column "a"/u],
    [{ id: 'int4', 'a-b': 'int4', a_b: 'int4' }, {}, /"a_b".*column "a-b"/u],
    [{ id: 'int4', _SYNC_deleted: 'bool' }, { delete: 'soft' }, /own mark/u],
  ] as const)('%o is refused', (columns, route, problem) => {
    const error = refusal(schemaOf(columns), route)
    expect(error.code).toBe('TARGET_UNSUPPORTED')
    expect(error.message).toMatch(problem)
    expect(error.remedy).toMatch(/exclude_columns/u)
  })

  test('a table without a key and an excluded key column are refused', () => {
    expect(refusal(schemaOf({ a: 'int4' }, 0)).code).toBe('TABLE_NO_KEY')
    expect(refusal(schemaOf({ a: 'int4', b: 'int4' }), { excludeColumns: ['a'] }).code).toBe('CONFIG_INVALID')
  })
})

test('what rules lose or refuse is told, and nothing else', () => {
  const schema = schemaOf({ id: 'numeric', t: 'int4', j: 'json', ts: 'timestamp' })
  const compiled = compileTable(schema, routeOf({ columnTypes: { j: 'JSON' } }), FEATURES)
  expect(lossyColumns(compiled)).toMatchObject([
    { column: 'id', rule: 'numeric_key', targetType: 'VARCHAR(128)', loses: expect.stringContaining('zeros') },
    { column: 'j', rule: 'json', loses: expect.stringContaining('64 bits') },
    { column: 'ts', rule: 'datetime', loses: null, refuses: expect.stringContaining('infinity') },
  ])
})

test('the page of types has a row for every rule', () => {
  const page = typesPage()
  for (const rule of ALL_RULES) expect(page).toContain(`| \`${rule.name}\` |`)
  expect(
    page
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .every((line) => line.split(/(?<!\\)\|/u).length === 10),
  ).toBe(true)
})
