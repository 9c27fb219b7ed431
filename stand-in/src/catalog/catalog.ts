import { StandInError } from '../stand-in-error.ts'
import { type Duck, type DuckConnection, quoteText } from '../storage/duck.ts'
import { describeTableSql, forgetTableSql } from './information-rows.ts'
import { metaSchemaSql } from './meta-schema.ts'
import { type DroppedTable, RecycleBin } from './recycle-bin.ts'
import { storedTableDef } from './stored-table-def.ts'
import { type TableDef, storageName } from './table-def.ts'

/** A database and its tables. Both names are case-sensitive (reference/starrocks.md 5). */
export interface DatabaseDef {
  readonly id: number
  readonly name: string
  readonly tables: Map<string, TableDef>
}

/** Number and SQL state of what is not there: StarRocks' own, and MySQL's before (reference/starrocks.md 6.1). */
const ownErrors = { unknownDatabase: { errno: 5501, state: '3F000' }, unknownTable: { errno: 5502, state: '42602' } }
const mysqlErrors = { unknownDatabase: { errno: 1049, state: '42000' }, unknownTable: { errno: 1051, state: '42S02' } }

const idBlock = 100_000

/** What exists: databases and tables, in memory and, in the same DuckDB transaction as what they describe, on disk. */
export class Catalog {
  readonly databases = new Map<string, DatabaseDef>()
  readonly #tablesById = new Map<number, TableDef>()
  readonly #duck: Duck
  #bin = new RecycleBin()
  readonly #errors: typeof ownErrors
  #nextId = 0
  #idLimit = 0

  private constructor(duck: Duck, hasOwnNumbers: boolean) {
    this.#duck = duck
    this.#errors = hasOwnNumbers ? ownErrors : mysqlErrors
  }

  /** `hasOwnNumbers`: whether the version has error numbers of its own (6.1). */
  static async open(duck: Duck, hasOwnNumbers: boolean): Promise<Catalog> {
    const catalog = new Catalog(duck, hasOwnNumbers)
    await duck.with(async (connection) => {
      await connection.run(metaSchemaSql)
      catalog.#bin = await RecycleBin.open(connection)
      await catalog.#reserveIds(connection)
      for (const [id, name] of await connection.texts('SELECT id, name FROM sr.databases')) {
        if (name != null) catalog.databases.set(name, { id: Number(id), name, tables: new Map() })
      }
      for (const [definition] of await connection.texts('SELECT definition FROM sr.tables')) {
        if (definition != null) catalog.#remember(storedTableDef(definition))
      }
    })
    return catalog
  }

  async #reserveIds(connection: DuckConnection): Promise<void> {
    const rows = await connection.texts('SELECT max(next) FROM sr.ids')
    this.#nextId = Number(rows[0]?.[0] ?? 10_000)
    this.#idLimit = this.#nextId + idBlock
    await connection.transaction(`DELETE FROM sr.ids; INSERT INTO sr.ids VALUES (${this.#idLimit})`)
  }

  /** An id never given before, for tables, transactions and jobs alike; also across restarts. */
  nextId(): number {
    const id = this.#nextId++
    if (this.#nextId + idBlock / 2 > this.#idLimit) {
      this.#idLimit += idBlock
      const limit = this.#idLimit
      void this.#duck
        .with((connection) => connection.run(`INSERT INTO sr.ids VALUES (${limit})`))
        .catch(() => undefined)
    }
    return id
  }

  /** @throws {StandInError} "Unknown database". */
  database(name: string): DatabaseDef {
    const found = this.databases.get(name)
    if (found === undefined) {
      throw new StandInError(
        `Unknown database '${name}'`,
        this.#errors.unknownDatabase.errno,
        this.#errors.unknownDatabase.state,
      )
    }
    return found
  }

  /** @throws {StandInError} "Unknown table". */
  table(database: string, name: string): TableDef {
    const found = this.database(database).tables.get(name)
    if (found === undefined) {
      throw new StandInError(
        `Unknown table '${database}.${name}'`,
        this.#errors.unknownTable.errno,
        this.#errors.unknownTable.state,
      )
    }
    return found
  }

  databaseById(id: number): DatabaseDef | undefined {
    return [...this.databases.values()].find((database) => database.id === id)
  }

  findTable(database: string, name: string): TableDef | undefined {
    return this.databases.get(database)?.tables.get(name)
  }

  /** The table that a transaction or job began with, wherever SWAP and RENAME have moved its name. */
  tableById(id: number): TableDef | undefined {
    return this.#tablesById.get(id)
  }

  async createDatabase(name: string): Promise<void> {
    const id = this.nextId()
    await this.#duck.with((connection) =>
      connection.transaction(`INSERT INTO sr.databases VALUES (${id}, ${quoteText(name)});
        INSERT INTO info.schemata VALUES ('def', ${quoteText(name)}, 'utf8', 'utf8_general_ci', NULL)`),
    )
    this.databases.set(name, { id, name, tables: new Map() })
  }

  /** Without FORCE it can be recovered, tables and all; `droppedMs` undefined is FORCE. */
  async dropDatabase(name: string, droppedMs?: number): Promise<void> {
    const database = this.database(name)
    const tables = [...database.tables.values()]
    for (const table of tables) await this.#drop(table, droppedMs, true)
    const bin = droppedMs === undefined ? undefined : this.#bin.putDatabase({ id: database.id, name, droppedMs })
    await this.#run(`DELETE FROM sr.databases WHERE id = ${database.id};
      DELETE FROM info.schemata WHERE SCHEMA_NAME = ${quoteText(name)}; ${bin?.sql ?? ''}`)
    bin?.done()
    this.databases.delete(name)
  }

  async #run(sql: string): Promise<void> {
    await this.#duck.with((connection) => connection.transaction(sql))
  }

  /** Answers whether there was one to recover. */
  async recoverDatabase(name: string): Promise<boolean> {
    const found = this.#bin.findDatabase(name)
    if (found === undefined) return false
    const { id } = found.database
    const taken = this.#bin.takeDatabase(found.database)
    await this.#run(`INSERT INTO sr.databases VALUES (${id}, ${quoteText(name)});
      INSERT INTO info.schemata VALUES ('def', ${quoteText(name)}, 'utf8', 'utf8_general_ci', NULL); ${taken.sql}`)
    taken.done()
    this.databases.set(name, { id, name, tables: new Map() })
    for (const dropped of found.tables) await this.#recover(dropped)
    return true
  }

  /** Answers whether there was one to recover. */
  async recoverTable(database: string, name: string): Promise<boolean> {
    const dropped = this.#bin.findTable(database, name)
    if (dropped === undefined) return false
    await this.#recover(dropped)
    return true
  }

  async #recover(dropped: DroppedTable): Promise<void> {
    const taken = this.#bin.takeTable(dropped)
    await this.change([], [dropped.table], taken.sql)
    taken.done()
  }

  /** Ends what was dropped before a moment. */
  async emptyBin(beforeMs: number): Promise<void> {
    const sql = this.#bin.takeExpired(beforeMs)
    if (sql !== undefined) await this.#run(sql)
  }

  async createTable(table: TableDef, storageSql: string): Promise<void> {
    await this.change([], [table], storageSql)
  }

  /** Without FORCE it can be recovered; `droppedMs` undefined is FORCE. */
  async dropTable(table: TableDef, droppedMs?: number): Promise<void> {
    await this.#drop(table, droppedMs, false)
  }

  async #drop(table: TableDef, droppedMs: number | undefined, withDatabase: boolean): Promise<void> {
    if (droppedMs === undefined) return await this.change([table], [], `DROP TABLE IF EXISTS ${storageName(table.id)}`)
    const bin = this.#bin.putTable({ table, withDatabase, droppedMs })
    await this.change([table], [], bin.sql)
    bin.done()
  }

  /**
   * Replaces definitions by others, with the storage statements that belong to it, as one step: memory follows only
   * after DuckDB has committed.
   */
  async change(before: readonly TableDef[], after: readonly TableDef[], storageSql: string): Promise<void> {
    const sql = [
      storageSql,
      ...before.map(
        (table) => `DELETE FROM sr.tables WHERE id = ${table.id}; ${forgetTableSql(table.database, table.name)}`,
      ),
      ...after.map(
        (table) =>
          `INSERT INTO sr.tables VALUES (${table.id}, ${quoteText(JSON.stringify(table))}); ${describeTableSql(table)}`,
      ),
    ].filter((statement) => statement !== '')
    await this.#duck.with((connection) => connection.transaction(sql.join(';\n')))
    for (const table of before) this.#forget(table)
    for (const table of after) this.#remember(table)
  }

  #remember(table: TableDef): void {
    this.databases.get(table.database)?.tables.set(table.name, table)
    this.#tablesById.set(table.id, table)
  }

  #forget(table: TableDef): void {
    const tables = this.databases.get(table.database)?.tables
    if (tables?.get(table.name)?.id === table.id) tables.delete(table.name)
    this.#tablesById.delete(table.id)
  }
}
