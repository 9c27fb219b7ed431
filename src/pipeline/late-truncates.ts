import { type Lsn, ZERO_LSN } from '../core/lsn.ts'

/**
 * TRUNCATEs of large transactions that came when rows of their table had been sent: what was sent cannot be taken back alone, so the
 * session begins anew. Then the changes before such a TRUNCATE are passed over: it makes them void. What belongs to other transactions is
 * not, so while a late one is expected every transaction ends its batch.
 *
 * Outlives sessions.
 */
export class LateTruncates {
  /** By the position of the commit and by relation, which of the transaction's TRUNCATEs came late, counted from 1. */
  readonly #late = new Map<Lsn, Map<number, number>>()
  /** TRUNCATEs of the transaction that is being received, by relation. */
  readonly #seen = new Map<number, number>()
  #commitLsn: Lsn = ZERO_LSN

  /** A transaction with one is still to come. */
  get areExpected(): boolean {
    return this.#late.size > 0
  }

  /** A transaction begins. */
  begin(commitLsn: Lsn): void {
    this.#commitLsn = commitLsn
    this.#seen.clear()
  }

  /** A TRUNCATE has come. */
  truncated(relationOid: number): void {
    this.#seen.set(relationOid, (this.#seen.get(relationOid) ?? 0) + 1)
  }

  /** It came late: once the transaction is received again, what lies before it is void. */
  note(relationOid: number): void {
    const late = this.#late.get(this.#commitLsn) ?? new Map<number, number>()
    this.#late.set(this.#commitLsn, late.set(relationOid, this.#seen.get(relationOid) ?? 0))
  }

  /** Whether a change that comes now is made void by a TRUNCATE that is still to come. */
  isVoid(relationOid: number): boolean {
    return (this.#late.get(this.#commitLsn)?.get(relationOid) ?? 0) > (this.#seen.get(relationOid) ?? 0)
  }

  /** The target holds everything that was committed before this position: it does not come again. */
  forgetBefore(position: Lsn): void {
    for (const commitLsn of this.#late.keys()) if (commitLsn < position) this.#late.delete(commitLsn)
  }
}
