import { ByteBuffer } from '../../../core/byte-buffer.ts'
import type { LoadFormat } from '../../../core/row-encoder.ts'
import { KIND_ENCODED, KIND_NULL, RowView } from '../../../core/row-view.ts'
import type { DeleteRecord, ReadBackRow } from '../../../core/sink.ts'
import type { TargetColumn } from '../compiled-table.ts'
import type { SqlClient } from '../mysql/sql-client.ts'
import type { StarRocksTable } from '../sink-context.ts'
import { quoteIdentifier, quoteTable } from '../sql-text.ts'

/** Keys asked for in one statement. */
const KEYS_PER_STATEMENT = 500

/** Reads rows of one target table in the form in which its loads have them. */
export class RowReader {
  readonly #sql: SqlClient
  readonly #table: StarRocksTable
  readonly #format: LoadFormat
  readonly #keys: readonly TargetColumn[]
  readonly #view: RowView
  readonly #fields = new ByteBuffer()
  readonly #record = new ByteBuffer()

  constructor(sql: SqlClient, table: StarRocksTable, format: LoadFormat) {
    this.#sql = sql
    this.#table = table
    this.#format = format
    this.#keys = table.compiled.columns.filter((column) => column.partOfKey)
    this.#view = new RowView(table.schema.columns.length)
  }

  /** Columns by key; keys without a row are left out. */
  async byKey(keys: readonly Buffer[], columns: readonly number[]): Promise<readonly ReadBackRow[]> {
    const found: ReadBackRow[] = []
    for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT) {
      const condition = this.#condition(keys.slice(from, from + KEYS_PER_STATEMENT))
      const { rows } = await this.#sql.selectBytes(`${this.#selection(columns)} WHERE ${condition}`)
      for (const row of rows) {
        const key = this.#deleteOf(row)
        const fields = columns.map((column, index) => this.#field(column, row[this.#keys.length + index] ?? null))
        if (key === null) continue
        const known = fields.filter((field) => field !== null)
        const isWhole = known.length === fields.length
        found.push({ key: key.record.subarray(0, key.keyLength), fields: isWhole ? known : 'needs-json' })
      }
    }
    return found
  }

  /** Deletes of every key; null when there are more than the limit, or one that this format cannot carry. */
  async deletesOfAll(limitRows: number): Promise<readonly DeleteRecord[] | null> {
    const { rows } = await this.#sql.selectBytes(`${this.#selection([])} LIMIT ${limitRows + 1}`)
    if (rows.length > limitRows) return null
    const records = rows.map((row) => this.#deleteOf(row))
    return records.every((record) => record !== null) ? records.filter((record) => record !== null) : null
  }

  #selection(columns: readonly number[]): string {
    const { compiled, route, targetName } = this.#table
    const wanted = [...this.#keys.map((column) => column.sourceColumn ?? 0), ...columns]
    const expressions = wanted.map((column) => compiled.readBackExpression(column)).join(', ')
    return `SELECT ${expressions} FROM ${quoteTable(route.targetDatabase, targetName)}`
  }

  #condition(keys: readonly Buffer[]): string {
    const names = this.#keys.map((column) => quoteIdentifier(column.name))
    const literals = keys.map((key) => this.#table.compiled.keyLiterals(key, this.#format))
    if (names.length === 1) return `${names[0]} IN (${literals.map(([only]) => only).join(', ')})`
    const equals = literals.map((values) => names.map((name, index) => `${name} = ${values[index]}`).join(' AND '))
    return equals.map((pair) => `(${pair})`).join(' OR ')
  }

  /** A key that was read, as the encoder writes a delete of it; null when the format cannot carry it. */
  #deleteOf(row: readonly (Buffer | null)[]): DeleteRecord | null {
    const { compiled, schema } = this.#table
    const view = this.#view
    this.#fields.clear()
    view.reset(Buffer.alloc(0), schema.columns.length)
    view.kinds.fill(KIND_NULL, 0, schema.columns.length)
    for (const [index, { sourceColumn }] of this.#keys.entries()) {
      const column = sourceColumn ?? 0
      view.kinds[column] = KIND_ENCODED
      view.starts[column] = this.#fields.length
      if (compiled.encodeReadBack(column, this.#format, row[index] ?? null, this.#fields) !== 0) return null
      view.lengths[column] = this.#fields.length - (view.starts[column] ?? 0)
    }
    view.encodedBuffer = this.#fields.view()
    this.#record.clear()
    const keyLength = compiled.encoders[this.#format].appendDelete(view, this.#record)
    return keyLength > 0 ? { record: Buffer.from(this.#record.view()), keyLength } : null
  }

  #field(column: number, value: Buffer | null): Buffer | null {
    this.#record.clear()
    const code = this.#table.compiled.encodeReadBack(column, this.#format, value, this.#record)
    return code === 0 ? Buffer.from(this.#record.view()) : null
  }
}
