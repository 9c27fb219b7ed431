import type { Clock } from '../clock.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { LoadFailure } from '../load/field-row.ts'
import { applyStagedSql } from '../load/apply-sql.ts'
import { appendBatches } from '../load/row-appender.ts'
import { type Duck, type DuckConnection, quoteName } from '../storage/duck.ts'
import type { ApplyStep } from '../load/table-load.ts'
import type { TabletVersions } from '../storage/tablet-versions.ts'
import type { TableLocks } from './table-locks.ts'
import type { Transaction } from './transaction.ts'
import { type NextState, recordSql } from './txn-store.ts'

/** What the publisher works with. */
export interface PublisherDeps {
  readonly duck: Duck
  readonly catalog: Catalog
  readonly locks: TableLocks
  readonly clock: Clock
  readonly versions: TabletVersions
}

/** Brings the rows of a transaction and its new state into DuckDB in one DuckDB transaction, so that readers see all or nothing. */
export class Publisher {
  readonly #deps: PublisherDeps

  constructor(deps: PublisherDeps) {
    this.#deps = deps
  }

  /**
   * PREPARE to VISIBLE at once. Every load must be finished.
   * @throws {Error} when DuckDB refuses; then nothing of it is visible.
   */
  async publish(txn: Transaction): Promise<void> {
    const loads = [...txn.loads.values()]
    await this.#deps.locks.holding(
      loads.map((load) => load.table.id),
      async () => {
        this.#checkTables(loads.map((load) => load.table.id))
        const connection = await this.connectionOf(txn)
        const steps: ApplyStep[] = []
        for (const load of loads) steps.push(await load.applyStep())
        const next = this.#visible(txn)
        const sql = [...steps.map((step) => step.sql), recordSql(txn, next, false)].filter((text) => text !== '')
        await connection.transaction(sql.join('; '), () => {
          for (const { append } of steps) {
            if (append === undefined) continue
            const target = { catalog: null, schema: 'data', table: `t${append.tableId}`, withOps: false }
            appendBatches(connection.handle, target, append.batches)
          }
        })
        Object.assign(txn, next)
        this.#deps.versions.add(loads.map((load) => load.table.id))
      },
    )
  }

  /** PREPARE to PREPARED, or to COMMITTED without being visible: the rows go to permanent tables. */
  async harden(txn: Transaction, status: 'PREPARED' | 'COMMITTED'): Promise<void> {
    for (const load of txn.loads.values()) {
      txn.hardened.push({ ...(await load.harden()), tableId: load.table.id })
    }
    txn.loads.clear()
    const commitMs = status === 'COMMITTED' ? this.#deps.clock.nowMs() : undefined
    const next = { status, commitMs, finishMs: undefined }
    const connection = await this.connectionOf(txn)
    await connection.transaction(recordSql(txn, next, true))
    Object.assign(txn, next)
  }

  /** PREPARED or COMMITTED to VISIBLE, with the table locks held by the caller or not needed yet. */
  async publishHardened(txn: Transaction): Promise<void> {
    this.#checkTables(txn.hardened.map((rows) => rows.tableId))
    const sql: string[] = []
    for (const rows of txn.hardened) {
      const table = this.#deps.catalog.tableById(rows.tableId)
      if (table === undefined) continue
      sql.push(applyStagedSql(table, rows), `DROP TABLE ${rows.stageTable}`)
    }
    const next = this.#visible(txn)
    sql.push(recordSql(txn, next, true))
    const connection = await this.connectionOf(txn)
    await connection.transaction(sql.join('; '))
    this.#deps.versions.add(txn.hardened.map((rows) => rows.tableId))
    Object.assign(txn, next, { hardened: [] })
  }

  /**
   * The same with the locks taken here. They are queued for before this returns its promise and held through the delay,
   * so that a later commit of the same tables is published later too.
   */
  async lockedPublishHardened(txn: Transaction, delayMs = 0): Promise<void> {
    await this.#deps.locks.holding(
      txn.hardened.map((rows) => rows.tableId),
      async () => {
        if (delayMs > 0) await new Promise<void>((resolve) => void this.#deps.clock.after(delayMs, resolve))
        await this.publishHardened(txn)
      },
    )
  }

  #visible(txn: Transaction): NextState {
    const nowMs = this.#deps.clock.nowMs()
    return { status: 'VISIBLE', commitMs: txn.commitMs ?? nowMs, finishMs: nowMs }
  }

  /** A dropped table fails the commit (reference/starrocks.md 6.1). */
  #checkTables(tableIds: readonly number[]): void {
    const missing = tableIds.find((id) => this.#deps.catalog.tableById(id) === undefined)
    if (missing !== undefined) throw new LoadFailure(`Fail to get tablet. tablet_id=${missing}: table not found`)
  }

  /** The DuckDB connection that belongs to a transaction until `release`. */
  connectionOf(txn: Transaction): Promise<DuckConnection> {
    txn.connection ??= this.#deps.duck.acquire()
    return txn.connection
  }

  /** Drops what was staged and gives the connection back; for transactions that are over. */
  async release(txn: Transaction): Promise<void> {
    for (const load of txn.loads.values()) await load.discard()
    txn.loads.clear()
    if (txn.status === 'ABORTED') {
      for (const rows of txn.hardened.splice(0)) {
        await this.#deps.duck.with((connection) => connection.run(`DROP TABLE IF EXISTS ${rows.stageTable}`))
      }
    }
    const { connection } = txn
    txn.connection = undefined
    if (connection !== undefined) this.#deps.duck.release(await connection)
  }

  /** Drops staging tables that no recorded transaction names: those of transactions that a restart lost. */
  async sweep(kept: ReadonlySet<string>): Promise<void> {
    await this.#deps.duck.with(async (connection) => {
      const rows = await connection.texts(`SELECT table_name FROM duckdb_tables() WHERE schema_name = 'stage'`)
      for (const [name] of rows) {
        const qualified = `stage.${quoteName(name ?? '')}`
        if (!kept.has(qualified)) await connection.run(`DROP TABLE ${qualified}`)
      }
    })
  }
}
