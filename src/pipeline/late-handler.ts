import type { ChangeHandler, Draft, OldRowKind, Relation, TransactionHead } from '../core/change-stream.ts'
import type { Lsn } from '../core/lsn.ts'
import type { RowView } from '../core/row-view.ts'
import type { RecordSampler } from './record-sampler.ts'

/**
 * Stands for a handler that is made only after the stream was opened (the slot must be got before the checkpoint is read). Nothing is
 * delivered before the stream's first `resume`, so every call finds it bound.
 */
export class LateHandler implements ChangeHandler {
  #handler: ChangeHandler | null = null
  #plain: ChangeHandler | null = null
  #sampler: RecordSampler | null = null

  /** With a sampler, a transaction goes through it when it is on as the transaction begins. */
  bind(handler: ChangeHandler, sampler: RecordSampler | null = null): void {
    this.#handler = this.#plain = handler
    this.#sampler = sampler
  }

  begin(head: TransactionHead): void {
    if (this.#sampler) this.#handler = this.#sampler.isOn ? this.#sampler : this.#plain
    this.#bound().begin(head)
  }

  relation(relation: Relation): void {
    this.#bound().relation(relation)
  }

  insert(relationOid: number, row: RowView): void {
    this.#bound().insert(relationOid, row)
  }

  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    this.#bound().update(relationOid, row, old, oldKind)
  }

  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void {
    this.#bound().delete(relationOid, old, oldKind)
  }

  truncate(relationOids: readonly number[]): void {
    this.#bound().truncate(relationOids)
  }

  message(prefix: string, content: Buffer, transactional: boolean): void {
    this.#bound().message(prefix, content, transactional)
  }

  commit(endLsn: Lsn): void {
    this.#bound().commit(endLsn)
  }

  /** While records are sampled there is none: each transaction goes by the sampler. */
  draft(xid: number): Draft | null {
    return this.#sampler?.isOn === true ? null : (this.#plain?.draft(xid) ?? null)
  }

  takeDraft(draft: Draft, head: TransactionHead, endLsn: Lsn): boolean {
    return this.#plain?.takeDraft(draft, head, endLsn) === true
  }

  idle(walEnd: Lsn): void {
    this.#bound().idle(walEnd)
  }

  #bound(): ChangeHandler {
    if (!this.#handler) throw new Error('the stream delivered before it was resumed')
    return this.#handler
  }
}
