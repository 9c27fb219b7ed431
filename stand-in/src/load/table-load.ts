import { duckType } from '../catalog/column-type.ts'
import { replacesByKey, storageName, type TableDef } from '../catalog/table-def.ts'
import { type DuckConnection, quoteName } from '../storage/duck.ts'
import { applySmallBatch, applyStagedSql, type StagedRows } from './apply-sql.ts'
import { CountingReader } from './counting-reader.ts'
import type { ErrorLog } from './error-log.ts'
import { LoadFailure, type RowReader } from './field-row.ts'
import { JsonReader } from './json-reader.ts'
import type { LoadParams } from './load-params.ts'
import { jsonWishes, type LoadPlan, loadPlan } from './load-plan.ts'
import { pathReader } from './path-reader.ts'
import { PlainCsvReader } from './plain-csv-reader.ts'
import { QuotedCsvReader } from './quoted-csv-reader.ts'
import { RowAppender } from './row-appender.ts'
import { type RowCounts, RowIntake } from './row-intake.ts'
import type { RowBatch } from './row-batch.ts'

/** Rows up to which a load goes straight into its table; above, it is staged in a DuckDB table. */
const smallRows = 512

/** What a load is made of. */
export interface TableLoadSettings {
  readonly table: TableDef
  readonly params: LoadParams
  /** In a transaction the last row needs its delimiter (reference/starrocks.md 1.5). */
  readonly unterminatedIsRefused: boolean
  readonly errors: ErrorLog
  readonly nowMs: number
  /** Names the staging table; unique per transaction and table. */
  readonly stageName: string
  readonly connection: () => Promise<DuckConnection>
  /** Rows are counted and thrown away. */
  readonly throwAway: boolean
  /** Whether a load without rows fails (1.3). */
  readonly emptyIsError: boolean
  readonly maxKeyBytes: number
  /** Of one row of CSV. */
  readonly maxLineBytes: number
}

/** What the commit must do for one table: statements, then rows to append to the stored table. */
export interface ApplyStep {
  readonly sql: string
  readonly append?: { readonly tableId: number; readonly batches: readonly RowBatch[] } | undefined
}

/** The rows of one table in one transaction, from any number of bodies in order, judged as they come. */
export class TableLoad {
  readonly table: TableDef
  readonly params: LoadParams
  readonly errors: ErrorLog
  receivedBytes = 0
  /** INSERT OVERWRITE: the table is emptied before the rows come in. */
  replacesAll = false
  readonly #settings: TableLoadSettings
  readonly #plan: LoadPlan
  readonly #reader: RowReader
  readonly #intake: RowIntake
  #appender: RowAppender | undefined
  #stage: 'none' | 'temporary' | 'permanent' = 'none'

  /** @throws {LoadFailure} when the headers do not fit the table. */
  constructor(settings: TableLoadSettings) {
    this.#settings = settings
    this.table = settings.table
    this.params = settings.params
    this.errors = settings.errors
    this.#plan = loadPlan(settings.table, settings.params)
    this.#reader = rowReader(settings, this.#plan)
    this.#intake = new RowIntake({
      plan: this.#plan,
      strictMode: settings.params.strictMode,
      maxKeyBytes: settings.table.model === 'primary' ? settings.maxKeyBytes : Number.POSITIVE_INFINITY,
      nowMs: settings.nowMs,
      errors: settings.errors,
      separators: {
        column: settings.params.columnSeparator.toString('latin1'),
        row: settings.params.rowDelimiter.toString('latin1'),
      },
    })
  }

  get counts(): RowCounts {
    return this.#intake.counts
  }

  /** Feeds rows that do not come from a body (INSERT). */
  get intake(): RowIntake {
    return this.#intake
  }

  /** @throws {LoadFailure} for a body that cannot be read. */
  async write(piece: Buffer): Promise<void> {
    this.receivedBytes += piece.length
    this.#reader.write(piece, this.#intake)
    await this.store()
  }

  /** One body is over: a JSON body must be whole, a CSV row may go on in the next body (2). */
  endBody(): void {
    if (this.params.format === 'json') this.#reader.end(this.#intake)
  }

  /**
   * All bodies are over: judges the whole.
   * @throws {LoadFailure} "too many filtered rows" and its like.
   */
  finish(): void {
    this.#reader.end(this.#intake)
    const { total, filtered, unselected } = this.counts
    if (!this.#settings.emptyIsError && total - filtered === unselected) return
    if (total === 0) throw new LoadFailure('There is no data to load')
    const judged = total - unselected
    if (judged > 0 && filtered / judged > this.params.maxFilterRatio) throw new LoadFailure('too many filtered rows')
    if (total - filtered - unselected === 0 && unselected === 0) {
      throw new LoadFailure('all partitions have no load data')
    }
  }

  get loadedRows(): number {
    return this.counts.total - this.counts.filtered - this.counts.unselected
  }

  /** Moves full batches to the staging table. */
  async store(): Promise<void> {
    const full = this.#intake.takeFull()
    if (full.length > 0) await this.#append(full)
  }

  #closeAppender(): void {
    this.#appender?.close()
    this.#appender = undefined
  }

  async #append(batches: readonly RowBatch[]): Promise<void> {
    const connection = await this.#settings.connection()
    if (this.#stage === 'none') {
      await connection.run(`CREATE TEMP TABLE ${this.#stageColumns(quoteName(this.#settings.stageName))}`)
      this.#stage = 'temporary'
    }
    this.#appender ??= new RowAppender(connection.handle, {
      ...(this.#stage === 'permanent' ? { catalog: null, schema: 'stage' } : { catalog: 'temp', schema: 'main' }),
      table: this.#settings.stageName,
      withOps: true,
    })
    for (const batch of batches) this.#appender.append(batch)
    this.#intake.recycle(batches)
  }

  #stageColumns(name: string): string {
    const columns = this.#plan.written.map(({ column }) => `${quoteName(column.name)} ${duckType(column.type)}`)
    return `${name} (${columns.join(', ')}, __op UTINYINT, __seq DOUBLE)`
  }

  get #columnNames(): string[] {
    return this.#plan.written.map(({ column }) => column.name)
  }

  /** What brings the rows into the table, as part of a DuckDB transaction of the caller. Call it once, after `finish`. */
  async applyStep(): Promise<ApplyStep> {
    const [last] = this.#intake.batches
    const emptied = this.replacesAll ? `TRUNCATE ${storageName(this.table.id)}; ` : ''
    const direct = this.#stage === 'none' && last !== undefined && last.rows <= smallRows && !this.#plan.partial
    if (direct && this.params.mergeCondition === undefined) {
      const sql = applySmallBatch(this.table, this.#columnNames, last)
      return { sql: emptied + sql, append: { tableId: this.table.id, batches: [last] } }
    }
    return { sql: emptied + applyStagedSql(this.table, await this.#staged()) }
  }

  /** Makes the rows survive a restart (PREPARED, COMMITTED); answers what publishes them later. */
  async harden(): Promise<StagedRows> {
    const connection = await this.#settings.connection()
    const name = `stage.${quoteName(this.#settings.stageName)}`
    this.#closeAppender()
    if (this.#stage === 'temporary') {
      const temporary = `temp.main.${quoteName(this.#settings.stageName)}`
      await connection.run(`CREATE TABLE ${name} AS SELECT * FROM ${temporary}; DROP TABLE ${temporary}`)
    } else {
      await connection.run(`CREATE TABLE ${this.#stageColumns(name)}`)
    }
    this.#stage = 'permanent'
    return await this.#staged()
  }

  async #staged(): Promise<StagedRows> {
    await this.#append(this.#intake.batches.splice(0))
    this.#closeAppender()
    const stageTable =
      this.#stage === 'permanent'
        ? `stage.${quoteName(this.#settings.stageName)}`
        : `temp.main.${quoteName(this.#settings.stageName)}`
    return {
      stageTable,
      columnNames: this.#columnNames,
      mergeCondition: this.params.mergeCondition,
      hasDuplicates: await this.#hasDuplicates(stageTable),
    }
  }

  async #hasDuplicates(stageTable: string): Promise<boolean> {
    if (!replacesByKey(this.table)) return false
    const keys = this.table.keyNames.map(quoteName).join(', ')
    const connection = await this.#settings.connection()
    const rows = await connection.texts(
      `SELECT (SELECT count(*) FROM ${stageTable}) <> (SELECT count(*) FROM (SELECT 1 FROM ${stageTable} GROUP BY ${keys}))`,
    )
    return rows[0]?.[0] === 'true'
  }

  /** Drops what was staged; the load cannot be applied any more. */
  async discard(): Promise<void> {
    if (this.#stage === 'none') return
    this.#closeAppender()
    const connection = await this.#settings.connection()
    const schema = this.#stage === 'permanent' ? 'stage' : 'temp.main'
    this.#stage = 'none'
    await connection.run(`DROP TABLE IF EXISTS ${schema}.${quoteName(this.#settings.stageName)}`)
  }
}

function rowReader(settings: TableLoadSettings, plan: LoadPlan): RowReader {
  const { params } = settings
  if (settings.throwAway) return new CountingReader(params.rowDelimiter)
  if (params.format === 'csv') return csvReader(settings)
  const shape = { keys: plan.sourceNames, wishes: jsonWishes(plan), stripOuterArray: params.stripOuterArray }
  const hasPaths = params.jsonpaths !== undefined || params.jsonRoot !== undefined
  return hasPaths ? pathReader(params, shape) : new JsonReader(shape)
}

function csvReader({ params, unterminatedIsRefused, maxLineBytes }: TableLoadSettings): RowReader {
  const { columnSeparator: separator, rowDelimiter: delimiter, enclose, escape, trimSpace, skipHeader } = params
  const isQuoted = enclose !== undefined || escape !== undefined || trimSpace || skipHeader > 0
  if (!isQuoted && separator.length === 1 && delimiter.length === 1) {
    const bytes = { separator: separator.readUInt8(), delimiter: delimiter.readUInt8() }
    return new PlainCsvReader({ ...bytes, unterminatedIsRefused, maxLineBytes })
  }
  const lines = { unterminatedIsRefused, maxLineBytes }
  return new QuotedCsvReader({ separator, delimiter, enclose, escape, trimSpace, skipHeader, ...lines })
}
