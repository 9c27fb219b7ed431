import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './load-config.ts'
import { findIdlePatterns, findRouteConflicts, matchTables, type TableMatcher } from './match-tables.ts'
import { parseNamePattern } from './name-pattern.ts'

const SIDES = `source: { url: postgres://u@db/shop }
target: { fe_http: http://fe:8030, fe_mysql: mysql://root@fe:9030, database: dwh, properties: { replication_num: 3 } }
`

function config(tables: string): ReturnType<typeof parseConfig>['config'] {
  return parseConfig(`${SIDES}${tables}`, 'x.yaml', { env: {}, readFile: () => '' }).config
}

function targets(
  match: TableMatcher,
  ...names: readonly [schema: string, table: string][]
): readonly (string | null)[] {
  return names.map(([schema, table]) => {
    const route = match(schema, table)
    return route && `${route.targetDatabase}.${route.targetTable}`
  })
}

describe('patterns', () => {
  test.each<[pattern: string, schema: string, table: string, matches: boolean]>([
    ['public.orders', 'public', 'orders', true],
    ['public.orders', 'public', 'orders2', false],
    ['public.orders', 'public', 'Orders', false],
    ['public.*', 'public', 'a.b', true],
    ['public.orders_*', 'public', 'orders_', true],
    ['public.orders_?', 'public', 'orders_12', false],
    ['public.orders_??', 'public', 'orders_12', true],
    ['public.?', 'public', '😀', true],
    ['*.*', 'x', 'y\nz', true],
    ['tenant_*.orders', 'tenant_7', 'orders', true],
    ['public."odd.name*"', 'public', 'odd.name*', true],
    ['public."odd.name*"', 'public', 'odd.names', false],
    ['public."say ""hi"""', 'public', 'say "hi"', true],
    ['public."Big"*', 'public', 'BigTable', true],
    ['"a b".c', 'a b', 'c', true],
    ['public.a+b', 'public', 'a+b', true],
    ['public.a+b', 'public', 'aab', false],
    ['public.größe', 'public', 'größe', true],
  ])('%s on %s and %s: %s', (pattern, schema, table, matches) => {
    expect(parseNamePattern(pattern).matches(schema, table)).toBe(matches)
  })

  test.each(['', 'orders', 'a.b.c', 'a.', '.b', 'a..b', 'a. b', 'a."b', 'a.{b}', 'a.b}', '"".b'])(
    '%j is refused',
    (pattern) => {
      expect(() => parseNamePattern(pattern)).toThrow(RangeError)
    },
  )

  test('any name in double quotes matches itself only', () => {
    const names = fc.string({ minLength: 1 })
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(names, names, names, (schema, table, other) => {
        const pattern = parseNamePattern(`${quoted(schema)}.${quoted(table)}`)
        return pattern.matches(schema, table) && pattern.matches(schema, other) === (other === table)
      }),
    )
  })
})

describe('routes', () => {
  test('by default: all of public under their names', () => {
    const match = matchTables(config(''))
    expect(targets(match, ['public', 'orders'], ['billing', 'orders'])).toEqual(['dwh.orders', null])
  })

  test('the first entry that matches decides, and may leave tables out', () => {
    const match = matchTables(
      config(`tables:
  - { source: public.orders, target: current_orders, delete: soft }
  - { source: "public.tmp_*", skip: true }
  - public.*
  - "*.*"`),
    )
    expect(
      targets(match, ['public', 'orders'], ['public', 'tmp_1'], ['public', 'users'], ['billing', 'invoices']),
    ).toEqual(['dwh.current_orders', null, 'dwh.users', 'dwh.billing_invoices'])
    expect(match('public', 'orders')?.delete).toBe('soft')
    expect(match('public', 'users')?.delete).toBe('hard')
  })

  test('placeholders stand for the names of the source', () => {
    const match = matchTables(config(`tables: [{ source: "*.*", target: "lake_{schema}.t_{table}" }]`))
    expect(targets(match, ['sales', 'orders'])).toEqual(['lake_sales.t_orders'])
  })

  test('system schemas never match', () => {
    const match = matchTables(config(`tables: ["*.*"]`))
    const systems = ['pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_3'] as const
    expect(targets(match, ...systems.map((schema) => [schema, 'x'] as [string, string]))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  test('everything that an entry says is in the route; properties lie over those of the target', () => {
    const match = matchTables(
      config(`tables:
  - source: public.orders
    exclude_columns: [card]
    where: "region = 'eu'"
    column_types: { amount: "DECIMAL(38,2)" }
    properties: { compression: ZSTD }
    buckets: 12`),
    )
    expect(match('public', 'orders')).toEqual({
      table: 'public.orders',
      targetDatabase: 'dwh',
      targetTable: 'orders',
      excludeColumns: ['card'],
      where: "region = 'eu'",
      delete: 'hard',
      columnTypes: { amount: 'DECIMAL(38,2)' },
      properties: { replication_num: '3', compression: 'ZSTD' },
      buckets: 12,
    })
  })
})

describe('routes that cannot be', () => {
  test('two source tables never share a target, and _sync_ names are ours', () => {
    const match = matchTables(config(`tables: [{ source: "public.o_*", target: orders }, "*.*"]`))
    const names = [
      ['public', 'o_1'],
      ['public', 'o_2'],
      ['public', 'users'],
      ['x', 'y'],
      ['public', '_sync_checkpoint'],
    ] as const
    const conflicts = findRouteConflicts(names.flatMap(([schema, table]) => match(schema, table) ?? []))
    expect(conflicts).toEqual([
      {
        tables: ['public.o_1', 'public.o_2'],
        target: 'dwh.orders',
        reason: 'public.o_1 and public.o_2 would both be copied into it: two tables cannot share a target',
      },
      {
        tables: ['public._sync_checkpoint'],
        target: 'dwh._sync_checkpoint',
        reason: 'names that begin with _sync_ are the service’s own',
      },
    ])
  })

  test('patterns that match nothing are named', () => {
    const tables = [
      { schema: 'public', name: 'orders' },
      { schema: 'pg_catalog', name: 'pg_class' },
    ]
    expect(findIdlePatterns(config(`tables: [public.orders, public.order, "*.pg_*"]`), tables)).toEqual([
      'public.order',
      '*.pg_*',
    ])
  })
})
