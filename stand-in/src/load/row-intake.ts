import { showTime } from '../clock.ts'
import { errorTypeName } from '../catalog/column-type.ts'
import type { ColumnDef } from '../catalog/table-def.ts'
import type { ErrorLog } from './error-log.ts'
import { type FieldRow, LoadFailure, type RowSink } from './field-row.ts'
import type { LoadValue } from './load-functions.ts'
import type { LoadPlan, ValueRule } from './load-plan.ts'
import { RowBatch } from './row-batch.ts'
import { type ColumnWriter, type PutCode, type putBad, putOk, putTooLong } from './values/column-writer.ts'

/** What a load counted (1.3). */
export interface RowCounts {
  total: number
  filtered: number
  unselected: number
}

/** What the intake must know beyond the plan. */
export interface IntakeSettings {
  readonly plan: LoadPlan
  readonly strictMode: boolean
  /** The encoded primary key's limit (reference/starrocks.md 3, `primary_key_limit_size`). */
  readonly maxKeyBytes: number
  readonly nowMs: number
  readonly errors: ErrorLog
  /** For the text of a wrong field count. */
  readonly separators: { readonly column: string; readonly row: string } | undefined
}

/** Judges source rows one by one (1.5, 1.6) and lays the good ones into batches. */
export class RowIntake implements RowSink {
  readonly counts: RowCounts = { total: 0, filtered: 0, unselected: 0 }
  /** Full batches and the current one, in order. */
  readonly batches: RowBatch[] = []
  readonly #settings: IntakeSettings
  readonly #defaults: readonly (Buffer | null)[]
  readonly #spare: RowBatch[] = []
  #current: RowBatch
  /** Positions of the key's strings, and the bytes of all the rest of it. */
  readonly #textKeys: readonly number[]
  readonly #fixedKeyBytes: number
  /** Of each written column the field that it is read from; -1 for those that come from elsewhere. */
  readonly #fieldIndexes: Int32Array
  #laid = 0

  constructor(settings: IntakeSettings) {
    this.#settings = settings
    this.#defaults = settings.plan.written.map(({ column }) => defaultBytes(column, settings.nowMs))
    this.#fieldIndexes = Int32Array.from(settings.plan.written, ({ rule }) => (rule.tag === 'source' ? rule.index : -1))
    this.#current = this.#newBatch()
    const keys = [...settings.plan.written.entries()].filter(([, { column }]) => column.isKey)
    this.#textKeys = keys.flatMap(([index, { column }]) => (column.type.tag === 'varchar' ? [index] : []))
    const fixed = keys.filter(([, { column }]) => column.type.tag !== 'varchar')
    this.#fixedKeyBytes = fixed.reduce((sum, [index]) => sum + (this.#current.writers[index]?.keyBytes(0) ?? 0), 0)
    this.#fixedKeyBytes +=
      2 * Math.max(0, this.#textKeys.length - (keys.at(-1)?.[1].column.type.tag === 'varchar' ? 1 : 0))
  }

  #newBatch(): RowBatch {
    const batch = this.#spare.pop() ?? new RowBatch(this.#settings.plan.written, 0)
    batch.firstRow = this.#laid
    batch.rows = 0
    batch.bytes = 0
    this.batches.push(batch)
    return batch
  }

  /** Gives back batches that have been stored, for later rows. */
  recycle(batches: readonly RowBatch[]): void {
    this.#spare.push(...batches)
  }

  /** Takes away all full batches, for the stage to store. */
  takeFull(): RowBatch[] {
    return this.batches.splice(0, this.batches.length - 1)
  }

  unreadable(message: string, line: () => string): void {
    this.counts.total++
    this.#refuse(message, line)
  }

  thrownAway(rows: number): void {
    this.counts.total += rows
  }

  row(row: FieldRow, line: () => string): void {
    this.counts.total++
    const { plan } = this.#settings
    if (row.count !== plan.sourceNames.length) {
      this.#refuse(this.#countMismatch(row.count), line)
      return
    }
    if (plan.where !== undefined && !this.#selected(plan.where(this.#fieldOf(row)))) {
      this.counts.unselected++
      return
    }
    const problem = this.#lay(row)
    if (problem === undefined) this.#keep(row)
    else this.#refuse(problem, line)
  }

  #selected(value: LoadValue): boolean {
    return value !== null && value.bytes.toString() !== '0'
  }

  #keep(row: FieldRow): void {
    this.#laid++
    this.#current.rows++
    this.#current.bytes += row.bytes
    if (this.#current.isFull) this.#current = this.#newBatch()
  }

  #refuse(message: string, line: () => string): void {
    this.counts.filtered++
    this.#settings.errors.add(message, line)
  }

  #countMismatch(found: number): string {
    const { separators, plan } = this.#settings
    return `Target column count: ${plan.sourceNames.length} doesn't match source value column count: ${found}. Column separator: '${separators?.column}', Row delimiter: '${separators?.row}'`
  }

  /** Stores the row's values in the current batch; answers why it cannot. */
  #lay(row: FieldRow): string | undefined {
    const problem = this.#layValues(row)
    // Another row will take the place: none of its values may be NULL because of this one.
    if (problem !== undefined) for (const writer of this.#current.writers) writer.clear(this.#current.rows)
    return problem
  }

  #layValues(row: FieldRow): string | undefined {
    const { plan } = this.#settings
    const batch = this.#current
    const at = batch.rows
    for (let index = 0; index < plan.written.length; index++) {
      if (this.#layPlain(row, index)) continue
      const problem = this.#layValue(row, index, at)
      if (problem !== undefined) return problem
    }
    const deletes = plan.op === undefined ? false : this.#isDelete(row, plan.op)
    if (deletes === undefined) return "The value of '__op' is neither upsert nor delete"
    batch.deletes[at] = deletes ? 1 : 0
    if (this.#textKeys.length > 0) this.#checkKeySize(batch, at)
    return undefined
  }

  /** What nearly all values are: a field that fits. */
  #layPlain(row: FieldRow, index: number): boolean {
    const field = this.#fieldIndexes[index] ?? -1
    const source = row.sources[field]
    if (source === undefined || row.nulls[field] === 1) return false
    const { writers, rows } = this.#current
    return writers[index]?.put(source, row.starts[field] ?? 0, row.ends[field] ?? 0, rows) === putOk
  }

  #layValue(row: FieldRow, index: number, at: number): string | undefined {
    const written = this.#settings.plan.written[index]
    const writer = this.#current.writers[index]
    if (written === undefined || writer === undefined) return undefined
    const { column, rule } = written
    const code = rule.tag === 'source' ? putField(writer, row, rule.index, at) : this.#putValue(writer, row, index, at)
    if (code === putOk) return undefined
    return code === putNull ? this.#layNull(column, index, at) : this.#layBad(row, index, code, at)
  }

  #putValue(writer: ColumnWriter, row: FieldRow, index: number, at: number): PutCode | typeof putNull {
    const rule = this.#settings.plan.written[index]?.rule
    const value = rule?.tag === 'expression' ? rule.expression(this.#fieldOf(row)) : this.#default(index)
    if (value === null) return putNull
    return value.binary ? writer.putBinary(value.bytes, at) : writer.put(value.bytes, 0, value.bytes.length, at)
  }

  #layNull(column: ColumnDef, index: number, at: number): string | undefined {
    if (!column.nullable) return `NULL value in non-nullable column '${column.name}'`
    this.#current.writers[index]?.setNull(at)
    return undefined
  }

  /** Strict: the row is filtered. Otherwise the value becomes NULL in silence (0.6). */
  #layBad(row: FieldRow, index: number, code: typeof putBad | typeof putTooLong, at: number): string | undefined {
    const written = this.#settings.plan.written[index]
    if (written === undefined) return undefined
    const { column, rule } = written
    if (!this.#settings.strictMode) return this.#layNull(column, index, at)
    const value = rule.tag === 'source' ? fieldText(row, rule.index) : ''
    const length = rule.tag === 'source' ? (row.ends[rule.index] ?? 0) - (row.starts[rule.index] ?? 0) : 0
    if (code === putTooLong) {
      return `String '${value.slice(0, 100)}' is too long. The type of '${column.name}' is ${errorTypeName(column.type)}'`
    }
    return `The field (name = ${column.name}, pos = ${index}) is out of range. Type: ${errorTypeName(column.type)}, Value length: ${length}, Value: ${value}`
  }

  #default(index: number): LoadValue {
    const isFunction = this.#settings.plan.written[index]?.column.default?.tag === 'function'
    const bytes = isFunction ? Buffer.from(crypto.randomUUID()) : this.#defaults[index]
    return bytes == null ? null : { bytes, binary: false }
  }

  #isDelete(row: FieldRow, rule: ValueRule): boolean | undefined {
    if (rule.tag === 'default') return false
    const text = rule.tag === 'source' ? opText(row, rule.index) : rule.expression(this.#fieldOf(row))?.bytes.toString()
    switch (text?.toLowerCase()) {
      case undefined:
      case '0':
      case 'upsert':
        return false
      case '1':
      case 'delete':
        return true
      default:
        return undefined
    }
  }

  #fieldOf(row: FieldRow): (name: string) => LoadValue {
    return (name) => {
      const { sourceIndexes } = this.#settings.plan
      const index = sourceIndexes.get(name) ?? sourceIndexes.get(name.toLowerCase())
      if (index === undefined) throw new LoadFailure(`Column '${name}' cannot be resolved`)
      if (row.nulls[index] === 1) return null
      return {
        bytes: row.sources[index]?.subarray(row.starts[index], row.ends[index]) ?? Buffer.alloc(0),
        binary: false,
      }
    }
  }

  /** Strings but the last one have two more bytes each; other types are of fixed width. */
  #checkKeySize(batch: RowBatch, at: number): void {
    let bytes = this.#fixedKeyBytes
    for (const index of this.#textKeys) bytes += batch.writers[index]?.keyBytes(at) ?? 0
    const { maxKeyBytes } = this.#settings
    if (bytes > maxKeyBytes) {
      throw new LoadFailure(`primary key size exceed the limit. row size: ${bytes}, limit: ${maxKeyBytes}`)
    }
  }
}

/** Of a value that is refused, this much is told. */
const shownBytes = 1000

/** A value that is NULL by itself, apart from the codes of the writers. */
const putNull = -1

function putField(writer: ColumnWriter, row: FieldRow, field: number, at: number): PutCode | typeof putNull {
  const source = row.sources[field]
  if (row.nulls[field] === 1 || source === undefined) return putNull
  return writer.put(source, row.starts[field] ?? 0, row.ends[field] ?? 0, at)
}

function fieldText(row: FieldRow, index: number): string {
  const start = row.starts[index] ?? 0
  return row.sources[index]?.toString('utf8', start, Math.min(row.ends[index] ?? 0, start + shownBytes)) ?? ''
}

function opText(row: FieldRow, index: number): string | undefined {
  return row.nulls[index] === 1 ? undefined : fieldText(row, index)
}

function defaultBytes(column: ColumnDef, nowMs: number): Buffer | null {
  if (column.default === undefined) return null
  if (column.default.tag === 'literal') return Buffer.from(column.default.text)
  return column.default.tag === 'now' ? Buffer.from(showTime(nowMs) ?? '') : null
}
