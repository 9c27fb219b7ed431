import pg from 'pg'
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts'

/** Nothing of the server's own housekeeping shall fall into a measurement. */
const SETTINGS = {
  shared_buffers: '2GB',
  max_wal_size: '40GB',
  checkpoint_timeout: '1d',
  autovacuum: 'off',
  max_slot_wal_keep_size: '-1',
  bgwriter_lru_maxpages: '0',
  wal_compression: 'off',
}

/** The PostgreSQL that everything is read from. */
export class BenchSource implements AsyncDisposable {
  readonly #server: EmbeddedPostgres

  private constructor(server: EmbeddedPostgres) {
    this.#server = server
  }

  static async start(): Promise<BenchSource> {
    return new BenchSource(await startPostgres({ settings: SETTINGS }))
  }

  /** Makes a database; it goes when it is disposed of, with its slots. */
  async createDatabase(name: string): Promise<BenchDatabase> {
    await using admin = await BenchDatabase.connect(this.#server.url, 'postgres')
    await admin.query(`create database ${name}`)
    return await BenchDatabase.connect(this.#server.urlOf(name), name, this.#server.url)
  }

  async version(): Promise<string> {
    await using admin = await BenchDatabase.connect(this.#server.url, 'postgres')
    const [row] = await admin.query<{ version: string }>('select version()')
    return row?.version ?? 'unknown'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop()
  }
}

/** One database and a session in it. */
export class BenchDatabase implements AsyncDisposable {
  readonly url: string
  readonly name: string
  readonly #client: pg.Client
  readonly #adminUrl: string | undefined

  private constructor(url: string, name: string, client: pg.Client, adminUrl: string | undefined) {
    this.url = url
    this.name = name
    this.#client = client
    this.#adminUrl = adminUrl
  }

  /** @param adminUrl given: the database is dropped in the end */
  static async connect(url: string, name: string, adminUrl?: string): Promise<BenchDatabase> {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    return new BenchDatabase(url, name, client, adminUrl)
  }

  async query<Row extends Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(sql, [...values])).rows
  }

  /** Position up to which WAL is written. */
  async walEnd(): Promise<string> {
    const [row] = await this.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
    return row?.lsn ?? '0/0'
  }

  /** A copy of a slot: whoever reads it gets the same WAL. */
  async copySlot(from: string, to: string): Promise<void> {
    await this.dropSlot(to)
    await this.query('select pg_copy_logical_replication_slot($1, $2)', [from, to])
  }

  /** Drops a slot as soon as nobody reads from it, if it exists. */
  async dropSlot(name: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
          name,
        ])
        return
      } catch (error) {
        if (tries >= 100) throw error
        await this.query('select pg_sleep(0.1)')
      }
    }
  }

  /** Process of whoever reads from a slot; 0 when nobody does. */
  async walsender(slot: string): Promise<number> {
    const [row] = await this.query<{ pid: number | null }>(
      'select active_pid as pid from pg_replication_slots where slot_name = $1',
      [slot],
    )
    return row?.pid ?? 0
  }

  /** Processes that run a COPY in this database. */
  async copyBackends(): Promise<readonly number[]> {
    const rows = await this.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and state = 'active' and query ilike 'copy%'`,
    )
    return rows.map(({ pid }) => pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#adminUrl !== undefined) {
      const slots = await this.query<{ name: string }>(
        'select slot_name as name from pg_replication_slots where database = current_database()',
      )
      for (const { name } of slots) await this.dropSlot(name)
    }
    await this.#client.end()
    if (this.#adminUrl === undefined) return
    await using admin = await BenchDatabase.connect(this.#adminUrl, 'postgres')
    await admin.query(`drop database ${this.name} with (force)`)
  }
}
