import pg from 'pg'
import type { Config } from '../../config/config.ts'
import { matchTables } from '../../config/match-tables.ts'
import type { TableId } from '../../core/table-id.ts'
import { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { quoteTable } from '../../sink/starrocks/sql-text.ts'
import { DEFAULT_TIMEOUTS } from '../../sink/starrocks/target.ts'
import { quoteQualified } from '../../source/postgres/catalog/quote.ts'
import { starRocksTarget } from '../connections.ts'

/** Rows of a table on both sides; null where the table is not there (yet). */
export interface RowCounts {
  readonly source: number | null
  readonly target: number | null
}

/** Counts rows on both sides, for people to watch. */
export class RowCounter implements AsyncDisposable {
  readonly #client: pg.Client
  readonly #sql: SqlClient
  readonly #config: Config

  private constructor(client: pg.Client, sql: SqlClient, config: Config) {
    this.#client = client
    this.#sql = sql
    this.#config = config
  }

  /** Connects to the source; to the target when it is first asked. */
  static async open(url: string, config: Config): Promise<RowCounter> {
    const client = new pg.Client({ connectionString: url, application_name: 'demo' })
    client.on('error', () => undefined)
    await client.connect()
    const { feMysql: addresses, user, password } = starRocksTarget(config, [])
    const { connectMs, queryMs } = DEFAULT_TIMEOUTS
    const sql = new SqlClient({ addresses, user, password, connectMs, queryMs, limit: 1 })
    return new RowCounter(client, sql, config)
  }

  /** The tables that the source has by now, partitions as part of theirs. */
  async tables(): Promise<readonly TableId[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       and relkind in ('r', 'p') and not relispartition order by relname`,
    )
    const route = matchTables(this.#config)
    return rows.flatMap(({ name }) => route('public', name)?.table ?? [])
  }

  /** Counts the rows of one table of schema `public`. */
  async count(table: TableId): Promise<RowCounts> {
    const name = table.slice('public.'.length)
    const source = this.#client
      .query<{ count: string }>(`select count(*) from ${quoteQualified('public', name)}`)
      .then(({ rows }) => Number(rows[0]?.count ?? 0))
      .catch(() => null)
    const target = this.#sql
      .select(`SELECT COUNT(*) FROM ${quoteTable(this.#config.target.database, name)}`)
      .then(({ rows }) => Number(rows[0]?.[0] ?? 0))
      .catch(() => null)
    return { source: await source, target: await target }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#client.end().catch(() => undefined), this.#sql[Symbol.asyncDispose]()])
  }
}
