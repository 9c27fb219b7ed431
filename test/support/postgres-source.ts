import { tmpdir } from 'node:os'
import type { Clock } from '../../src/core/clock.ts'
import type { Signal } from '../../src/core/signals.ts'
import { tableId } from '../../src/core/table-id.ts'
import type { TableRoute } from '../../src/core/table-route.ts'
import type { TableSchema } from '../../src/core/table-schema.ts'
import type { ConnectionOptions } from '../../src/source/postgres/catalog/connection-options.ts'
import { PostgresSource, type PostgresSourceOptions } from '../../src/source/postgres/postgres-source.ts'
import type { TestDatabase } from './postgres.ts'
import { realClock } from './real-clock.ts'

/** How to connect to a test's database, as its superuser unless another role is named. */
export function connectionOf(
  database: Pick<TestDatabase, 'url' | 'name'>,
  role?: { user: string; password: string },
): ConnectionOptions {
  const url = new URL(database.url)
  return {
    host: url.hostname,
    port: Number(url.port),
    database: database.name,
    user: role?.user ?? decodeURIComponent(url.username),
    password: role?.password ?? decodeURIComponent(url.password),
    tls: { mode: 'prefer' },
    applicationName: 'pg-starrocks-sync test',
  }
}

/** The plainest route of a table. */
export function routeOf(schema: string, table: string): TableRoute {
  return {
    table: tableId(schema, table),
    targetDatabase: 'target',
    targetTable: table,
    excludeColumns: [],
    delete: 'hard',
    columnTypes: {},
    properties: {},
  }
}

/** A source with what a test may ask of it. */
export interface TestSource extends AsyncDisposable {
  readonly source: PostgresSource
  readonly signals: readonly Signal[]
  /** Discovers and returns the shape of one table of the schema `public`. */
  table(name: string): Promise<TableSchema>
}

/** A source of a test's database that copies everything outside the system's schemas, with slot and publication of its own, dropped at its end. */
export function openSource(
  database: TestDatabase,
  options: Partial<PostgresSourceOptions> & { clock?: Clock } = {},
): TestSource {
  const signals: Signal[] = []
  const source = new PostgresSource(
    {
      connection: connectionOf(database),
      pipeline: 'test',
      slot: database.name,
      publication: 'sync',
      matches: (schema, table) => (schema.startsWith('pg_') ? null : routeOf(schema, table)),
      spool: { directory: tmpdir(), memoryBytes: 8 * 1024 * 1024 },
      snapshotConnections: 3,
      ...options,
    },
    { clock: options.clock ?? realClock, signals: { emit: (signal) => void signals.push(signal) } },
  )
  return {
    source,
    signals,
    table: async (name) => {
      const { tables, refused } = await source.discover()
      const found = tables.find((table) => table.schema.name === name)
      if (!found) throw new Error(`${name} is not among the tables: ${JSON.stringify(refused)}`)
      return found.schema
    },
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]()
      await database.dropReplication()
    },
  }
}
