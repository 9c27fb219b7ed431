import { type DuckConnection, quoteText } from '../storage/duck.ts'
import { storedTableDef } from './stored-table-def.ts'
import { storageName, type TableDef } from './table-def.ts'

/** What was dropped without FORCE and can come back by RECOVER (reference/starrocks.md 5). */
export interface DroppedTable {
  readonly table: TableDef
  /** Dropped with its whole database, which comes back as a whole. */
  readonly withDatabase: boolean
  readonly droppedMs: number
}

/** A dropped database: its tables are in the bin beside it. */
export interface DroppedDatabase {
  readonly id: number
  readonly name: string
  readonly droppedMs: number
}

/** The dropped tables and databases. The bin only says what SQL its changes take; the catalog runs it with its own. */
export class RecycleBin {
  readonly #tables: DroppedTable[] = []
  readonly #databases: DroppedDatabase[] = []

  static async open(connection: DuckConnection): Promise<RecycleBin> {
    const bin = new RecycleBin()
    await connection.run(
      'CREATE TABLE IF NOT EXISTS sr.trash (kind VARCHAR, id BIGINT, dropped_ms BIGINT, body VARCHAR)',
    )
    for (const [kind, id, ms, body] of await connection.texts('SELECT * FROM sr.trash ORDER BY dropped_ms')) {
      const droppedMs = Number(ms)
      if (kind === 'database') bin.#databases.push({ id: Number(id), name: body ?? '', droppedMs })
      else
        bin.#tables.push({ table: storedTableDef(body ?? ''), withDatabase: kind === 'table of database', droppedMs })
    }
    return bin
  }

  putTable(dropped: DroppedTable): { readonly sql: string; readonly done: () => void } {
    const kind = dropped.withDatabase ? 'table of database' : 'table'
    const values = [quoteText(kind), dropped.table.id, dropped.droppedMs, quoteText(JSON.stringify(dropped.table))]
    return { sql: `INSERT INTO sr.trash VALUES (${values.join(', ')})`, done: () => this.#tables.push(dropped) }
  }

  putDatabase(dropped: DroppedDatabase): { readonly sql: string; readonly done: () => void } {
    const values = [`'database'`, dropped.id, dropped.droppedMs, quoteText(dropped.name)]
    return { sql: `INSERT INTO sr.trash VALUES (${values.join(', ')})`, done: () => this.#databases.push(dropped) }
  }

  /** The table of that name that was dropped last. */
  findTable(database: string, name: string): DroppedTable | undefined {
    return this.#tables.findLast(
      ({ table, withDatabase }) => !withDatabase && table.database === database && table.name === name,
    )
  }

  findDatabase(
    name: string,
  ): { readonly database: DroppedDatabase; readonly tables: readonly DroppedTable[] } | undefined {
    const database = this.#databases.findLast((dropped) => dropped.name === name)
    if (database === undefined) return undefined
    const tables = this.#tables.filter(
      ({ table, withDatabase, droppedMs }) =>
        withDatabase && table.database === name && droppedMs === database.droppedMs,
    )
    return { database, tables }
  }

  takeTable(dropped: DroppedTable): { readonly sql: string; readonly done: () => void } {
    return {
      sql: `DELETE FROM sr.trash WHERE kind <> 'database' AND id = ${dropped.table.id}`,
      done: () => void this.#tables.splice(this.#tables.indexOf(dropped), 1),
    }
  }

  takeDatabase(dropped: DroppedDatabase): { readonly sql: string; readonly done: () => void } {
    return {
      sql: `DELETE FROM sr.trash WHERE kind = 'database' AND id = ${dropped.id}`,
      done: () => void this.#databases.splice(this.#databases.indexOf(dropped), 1),
    }
  }

  /** Ends what was dropped before a moment: the statements that remove it, rows and all; undefined when there is nothing. */
  takeExpired(beforeMs: number): string | undefined {
    const isOld = ({ droppedMs }: { readonly droppedMs: number }): boolean => droppedMs <= beforeMs
    const old = this.#tables.filter(isOld)
    if (old.length === 0 && !this.#databases.some(isOld)) return undefined
    for (const dropped of old) this.#tables.splice(this.#tables.indexOf(dropped), 1)
    for (const dropped of this.#databases.filter(isOld)) this.#databases.splice(this.#databases.indexOf(dropped), 1)
    const drops = old.map(({ table }) => `DROP TABLE IF EXISTS ${storageName(table.id)};`)
    return `${drops.join(' ')} DELETE FROM sr.trash WHERE dropped_ms <= ${beforeMs}`
  }
}
