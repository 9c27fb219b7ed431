import type { TableRoute } from '../../core/table-route.ts'
import { canonicalRow, type CanonicalRow as CanonicalForm } from '../../sink/starrocks/canonical-row.ts'
import type { TypedTable } from '../../sink/starrocks/compile-table.ts'
import type { SqlClient } from '../../sink/starrocks/mysql/sql-client.ts'
import { quoteIdentifier, quoteTable } from '../../sink/starrocks/sql-text.ts'
import { SOFT_DELETE_COLUMN } from '../../sink/starrocks/target-names.ts'
import { targetKeyLiterals } from './key-texts.ts'
import { RowWriter } from './row-writer.ts'
import type { CanonicalRow, TableSide } from './table-side.ts'

/** Sends one SELECT and hands on the rows as they arrive. @throws {SyncError} */
export type StreamRows = (sql: string, onRow: (values: readonly (Buffer | null)[]) => void) => Promise<void>

/** What a target side reads with. */
export interface TargetSideDeps {
  readonly sql: Pick<SqlClient, 'selectBytes'>
  readonly stream: StreamRows
  readonly route: TableRoute
  readonly compiled: TypedTable
}

/** The target's rows; those that are only marked as deleted are none. */
export class TargetSide implements TableSide {
  readonly #deps: TargetSideDeps
  readonly #form: CanonicalForm
  readonly #selection: string
  readonly #alive: readonly string[]

  constructor(deps: TargetSideDeps) {
    const { compiled, route } = deps
    this.#deps = deps
    this.#form = canonicalRow(compiled.plan)
    const columns = compiled.plan.columns.map(({ source }) => compiled.readBackExpression(source))
    this.#selection = `SELECT ${columns.join(', ')} FROM ${quoteTable(route.targetDatabase, route.targetTable)}`
    const mark = quoteIdentifier(SOFT_DELETE_COLUMN)
    this.#alive = compiled.plan.softDelete ? [`(${mark} IS NULL OR ${mark} = FALSE)`] : []
  }

  async scan(onRow: (row: CanonicalRow) => void): Promise<void> {
    const where = this.#alive.length === 0 ? '' : ` WHERE ${this.#alive.join(' AND ')}`
    await this.#deps.stream(`${this.#selection}${where}`, this.#taker(onRow))
  }

  async fetch(keys: readonly Buffer[], onRow: (row: CanonicalRow) => void): Promise<void> {
    const condition = [...this.#alive, this.#hasOneOf(keys)].join(' AND ')
    const { rows } = await this.#deps.sql.selectBytes(`${this.#selection} WHERE ${condition}`)
    const take = this.#taker(onRow)
    for (const row of rows) take(row)
  }

  #taker(onRow: (row: CanonicalRow) => void): (values: readonly (Buffer | null)[]) => void {
    const writer = new RowWriter(this.#deps.compiled.plan.keyCount, onRow)
    return (values) => {
      this.#form.appendTarget(values, writer.out)
      writer.handOn()
    }
  }

  #hasOneOf(keys: readonly Buffer[]): string {
    const { plan } = this.#deps.compiled
    const names = plan.columns.slice(0, plan.keyCount).map(({ name }) => quoteIdentifier(name))
    const literals = keys.map((key) => targetKeyLiterals(plan, key))
    if (names.length === 1) return `${names[0]} IN (${literals.map(([only]) => only).join(', ')})`
    const rows = literals.map((values) => names.map((name, index) => `${name} = ${values[index]}`).join(' AND '))
    return `(${rows.map((row) => `(${row})`).join(' OR ')})`
  }
}
