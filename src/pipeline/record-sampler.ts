import type { ChangeHandler, OldRowKind, Relation, TransactionHead } from '../core/change-stream.ts'
import type { Clock } from '../core/clock.ts'
import type { Lsn } from '../core/lsn.ts'
import type { RowView } from '../core/row-view.ts'
import type { RecordSampling } from '../core/signals.ts'
import type { RecordSeen } from './batch.ts'
import type { Batcher } from './batcher.ts'
import type { TableRegistry } from './table-registry.ts'

/**
 * Stands before the batcher while single records are to be told of, and notes the first ones of each table in each batch. It is in the
 * way of rows only then: {@link LateHandler} asks at each transaction.
 */
export class RecordSampler implements ChangeHandler {
  readonly #batcher: Batcher
  readonly #registry: TableRegistry
  readonly #sampling: RecordSampling
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(deps: {
    readonly batcher: Batcher
    readonly registry: TableRegistry
    readonly sampling: RecordSampling
    readonly clock: Pick<Clock, 'monotonicMs'>
  }) {
    this.#batcher = deps.batcher
    this.#registry = deps.registry
    this.#sampling = deps.sampling
    this.#clock = deps.clock
  }

  /** Whether it is wanted now. */
  get isOn(): boolean {
    return this.#sampling.wanted() > 0
  }

  begin(head: TransactionHead): void {
    this.#batcher.begin(head)
  }

  relation(relation: Relation): void {
    this.#batcher.relation(relation)
  }

  insert(relationOid: number, row: RowView): void {
    const filtered = this.#filtered(relationOid)
    this.#batcher.insert(relationOid, row)
    if (this.#filtered(relationOid) === filtered) this.#note(relationOid, row, 'insert')
  }

  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    const filtered = this.#filtered(relationOid)
    this.#batcher.update(relationOid, row, old, oldKind)
    if (this.#filtered(relationOid) === filtered) this.#note(relationOid, row, 'update')
  }

  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void {
    this.#batcher.delete(relationOid, old, oldKind)
    this.#note(relationOid, old, 'delete')
  }

  truncate(relationOids: readonly number[]): void {
    this.#batcher.truncate(relationOids)
  }

  message(prefix: string, content: Buffer): void {
    this.#batcher.message(prefix, content)
  }

  commit(endLsn: Lsn): void {
    this.#batcher.commit(endLsn)
  }

  /** Rows of a draft do not pass here. */
  draft(): null {
    return null
  }

  takeDraft(): boolean {
    return false
  }

  idle(walEnd: Lsn): void {
    this.#batcher.idle(walEnd)
  }

  /** How many rows of the table the filter has left out of this batch. */
  #filtered(oid: number): number {
    const id = this.#registry.byOid(oid)?.schema.id
    return id === undefined ? 0 : (this.#batcher.current.tables.get(id)?.load.filtered ?? 0)
  }

  #note(oid: number, row: RowView, operation: RecordSeen['operation']): void {
    const schema = this.#registry.byOid(oid)?.schema
    // A table that was passed over, or taken out of the batch by this very row, is not in it.
    if (!schema || !this.#batcher.current.tables.has(schema.id)) return
    const { seen } = this.#batcher.current
    const ofTable = seen.get(schema.id) ?? []
    if (ofTable.length >= this.#sampling.wanted()) return
    const key = schema.key.map((column) => row.text(column) ?? 'NULL').join(', ')
    ofTable.push({ table: schema.id, operation, key, atMs: this.#clock.monotonicMs() })
    seen.set(schema.id, ofTable)
  }
}
