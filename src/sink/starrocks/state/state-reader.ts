import type { Checkpoint } from '../../../core/checkpoint.ts'
import { formatLsn, ZERO_LSN } from '../../../core/lsn.ts'
import type { ChunkRecord, SinkState } from '../../../core/sink.ts'
import type { TableId } from '../../../core/table-id.ts'
import type { LabelOwner } from '../labels.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import { quoteIdentifier, quoteString, quoteTable } from '../sql-text.ts'
import { CHECKPOINT_TABLE, decodeCheckpoint } from './checkpoint-table.ts'
import { CHUNK_TABLE, decodeChunk, tableKey } from './chunk-table.ts'
import { ensureSystemTable, type SystemTableHome } from './ensure-system-table.ts'
import { selectSystemTableSql } from './system-table.ts'
import { encodeState } from './table-state-text.ts'
import { decodeTableRecord, TABLE_RECORD_TABLE } from './table-record-table.ts'

/** The `_sync_*` tables of one pipeline, as SQL reads them. */
export class StateReader {
  readonly #sql: SqlClient
  readonly #owner: LabelOwner

  constructor(sql: SqlClient, owner: LabelOwner) {
    this.#sql = sql
    this.#owner = owner
  }

  /** Makes the databases and the tables where they are absent, and brings tables of an older version up to date. @throws {SyncError} */
  async prepare(databases: readonly string[], how: Pick<SystemTableHome, 'properties' | 'clock'>): Promise<void> {
    for (const database of databases) await this.#createDatabase(database)
    const home = { ...how, database: this.#owner.database }
    for (const table of [CHECKPOINT_TABLE, TABLE_RECORD_TABLE, CHUNK_TABLE]) {
      await ensureSystemTable(this.#sql, table, home)
    }
  }

  /** The row of this pipeline; null when there is none. */
  async checkpoint(): Promise<Checkpoint | null> {
    const { rows } = await this.#select(CHECKPOINT_TABLE, this.#ours())
    return rows[0] === undefined ? null : decodeCheckpoint(rows[0])
  }

  /** Everything that the target holds of this pipeline. */
  async state(): Promise<SinkState> {
    const [checkpoint, tables, chunks] = await Promise.all([
      this.checkpoint(),
      this.#select(TABLE_RECORD_TABLE, this.#ours()),
      this.#select(CHUNK_TABLE, this.#ours()),
    ])
    return { checkpoint, tables: tables.rows.map(decodeTableRecord), chunks: chunks.rows.map(decodeChunk) }
  }

  /** Whether a chunk is in the ledger. */
  async hasChunk(record: Pick<ChunkRecord, 'table' | 'generation' | 'chunk'>): Promise<boolean> {
    const condition = `${this.#generation(record.table, record.generation)} AND \`chunk\` = ${record.chunk}`
    return (await this.#select(CHUNK_TABLE, condition)).rows.length > 0
  }

  /** Forgets the ledger of a generation that is finished or given up. */
  async forgetChunks(table: TableId, generation: number): Promise<void> {
    const from = quoteTable(this.#owner.database, CHUNK_TABLE.name)
    await this.#sql.execute(`DELETE FROM ${from} WHERE ${this.#generation(table, generation)}`)
  }

  /**
   * Forgets the position and the copies of this pipeline: its next session begins at its slot's position and copies every table into a
   * shadow, which then takes the place of what is there. Only while no service runs. The position goes last: a failure in between can be
   * repeated. The row keeps its number: a process of before cannot commit what follows it once the next session has.
   */
  async startAnew(): Promise<void> {
    const table = (name: string): string => quoteTable(this.#owner.database, name)
    const removed = quoteString(encodeState({ tag: 'removed' }))
    await this.#sql.execute(
      `UPDATE ${table(TABLE_RECORD_TABLE.name)} SET \`state\` = 'removed', \`detail\` = ${removed}, \`relfilenode\` = NULL, \`plan\` = NULL WHERE ${this.#ours()}`,
    )
    await this.#sql.execute(`DELETE FROM ${table(CHUNK_TABLE.name)} WHERE ${this.#ours()}`)
    await this.#sql.execute(
      `UPDATE ${table(CHECKPOINT_TABLE.name)} SET \`end_lsn\` = '${formatLsn(ZERO_LSN)}', \`commit_time_us\` = 0 WHERE ${this.#ours()}`,
    )
  }

  async #createDatabase(database: string): Promise<void> {
    const { rows } = await this.#sql.select('SHOW DATABASES')
    if (rows.some((row) => row[0] === database)) return
    await this.#sql.execute(`CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}`)
  }

  async #select(table: typeof CHECKPOINT_TABLE, condition: string): ReturnType<SqlClient['select']> {
    return await this.#sql.select(selectSystemTableSql(this.#owner.database, table, condition))
  }

  #ours(): string {
    return `\`pipeline\` = ${quoteString(this.#owner.pipeline)}`
  }

  #generation(table: TableId, generation: number): string {
    return `\`table_key\` = ${quoteString(tableKey(this.#owner.pipeline, table))} AND \`generation\` = ${generation}`
  }
}
