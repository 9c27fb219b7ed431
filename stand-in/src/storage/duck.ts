import duckdb, { type Connection, type Database } from '@duckdb/node-bindings'
import { DuckDBConnection, DuckDBDataChunk, type DuckDBMaterializedResult, DuckDBResult } from '@duckdb/node-api'

/** How a DuckDB file is opened. */
export interface DuckSettings {
  readonly path: string
  readonly memoryLimit: string
  readonly tempDir: string
  /** Run once on every new connection. */
  readonly sessionSql: string
}

/** A result that is there as a whole, read like one that is streamed. */
class WholeResult extends DuckDBResult {
  #next = 0

  override fetchChunk(): Promise<DuckDBDataChunk | null> {
    const isOver = this.#next >= duckdb.result_chunk_count(this.result)
    return Promise.resolve(isOver ? null : new DuckDBDataChunk(duckdb.result_get_chunk(this.result, this.#next++)))
  }
}

/** One DuckDB connection: statements run one after another; temporary tables live and die with it. */
export class DuckConnection {
  readonly handle: Connection
  readonly #api: DuckDBConnection

  constructor(handle: Connection) {
    this.handle = handle
    this.#api = new DuckDBConnection(handle)
  }

  /** Runs one or more statements. */
  async run(sql: string): Promise<DuckDBMaterializedResult> {
    return await this.#api.run(sql)
  }

  /** Streams the result of one statement, chunk by chunk. Prepared in one step: a third less than by the API. */
  async stream(sql: string): Promise<DuckDBResult> {
    const prepared = await duckdb.prepare(this.handle, sql)
    try {
      return new DuckDBResult(await duckdb.execute_prepared_streaming(prepared))
    } finally {
      duckdb.destroy_prepare_sync(prepared)
    }
  }

  /** Runs one statement and holds its whole result: one step where `stream` has four, for answers that are short. */
  async whole(sql: string): Promise<WholeResult> {
    return new WholeResult(await duckdb.query(this.handle, sql))
  }

  /** All rows of a small result, each value as text or null. */
  async texts(sql: string): Promise<(string | null)[][]> {
    const reader = await this.#api.runAndReadAll(sql)
    return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
  }

  /** Runs statements, then `work`, in one transaction, rolled back when anything throws. */
  async transaction(sql: string, work?: () => void): Promise<void> {
    try {
      if (work === undefined) {
        await this.run(`BEGIN; ${sql}; COMMIT`)
        return
      }
      await this.run(`BEGIN; ${sql}`)
      work()
      await this.run('COMMIT')
    } catch (error) {
      await this.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** Makes a statement that runs fail. */
  interrupt(): void {
    this.#api.interrupt()
  }

  close(): void {
    this.#api.closeSync()
  }
}

/** What the file is called inside DuckDB. */
const fileName = 'stand_in'

/**
 * A SELECT by key reads the row groups whose range holds the key: with an eighth of DuckDB's usual 122880 rows it takes half
 * the time, and loads are not slower (bench/run.ts). At least 2048, and a multiple of it.
 */
const rowGroupRows = 16_384

/** The DuckDB database behind the stand-in; hands out connections and takes them back. */
export class Duck {
  readonly #database: Database
  readonly #sessionSql: string
  readonly #idle: DuckConnection[] = []

  private constructor(database: Database, sessionSql: string) {
    this.#database = database
    this.#sessionSql = sessionSql
  }

  static async open(settings: DuckSettings): Promise<Duck> {
    const config = duckdb.create_config()
    duckdb.set_config(config, 'duckdb_api', 'starrocks-stand-in')
    duckdb.set_config(config, 'memory_limit', settings.memoryLimit)
    duckdb.set_config(config, 'temp_directory', settings.tempDir)
    duckdb.set_config(config, 'threads', '2')
    duckdb.set_config(config, 'preserve_insertion_order', 'true')
    // The size of row groups can be given for an attached file only.
    const database = await duckdb.open(':memory:', config)
    const connection = new DuckConnection(await duckdb.connect(database))
    await connection.run(`ATTACH ${quoteText(settings.path)} AS ${fileName} (ROW_GROUP_SIZE ${rowGroupRows})`)
    connection.close()
    return new Duck(database, `USE ${fileName}; ${settings.sessionSql}`)
  }

  /** A connection for the caller alone, until it is given back with `release`. */
  async acquire(): Promise<DuckConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const connection = new DuckConnection(await duckdb.connect(this.#database))
    await connection.run(this.#sessionSql)
    return connection
  }

  release(connection: DuckConnection): void {
    if (this.#idle.length < 16) this.#idle.push(connection)
    else connection.close()
  }

  /** Runs `work` on a connection of its own. One on which it failed is closed: an open transaction would be left in it. */
  async with<T>(work: (connection: DuckConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire()
    let result: T
    try {
      result = await work(connection)
    } catch (error) {
      connection.close()
      throw error
    }
    this.release(connection)
    return result
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
    duckdb.close_sync(this.#database)
  }
}

/** A DuckDB string literal. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A DuckDB identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
