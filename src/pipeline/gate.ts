import type { SnapshotView } from '../core/source.ts'
import type { TableId } from '../core/table-id.ts'

/** Answer to a chunk that wants to begin reading. */
export type GateAnswer =
  | { readonly tag: 'entered' }
  /** A batch is waiting for the chunks in flight: take the chunk again after it. */
  | { readonly tag: 'batch-first' }
  /** A transaction that is already in the target is not visible to the chunk yet. */
  | { readonly tag: 'not-yet-visible'; readonly xid: number }

interface GateTable {
  inFlight: number
  /** Batches that wait for the chunks in flight. */
  readonly waiting: (() => void)[]
  /** Chunks that wait for a batch to pass. */
  readonly held: (() => void)[]
  /** Transactions of the batches that have passed, not yet known to be visible to everybody. */
  readonly passed: Set<number>
}

/**
 * Keeps chunks and batches of one table apart (design: the gate).
 *
 * A batch passes only when the table's chunks in flight are committed or known to be aborted; a chunk enters only when every
 * transaction of the batches that passed so far is visible in it. So a chunk brings rows as new as, or newer than, what was
 * applied, and every later event is applied on top. Neither side starves: while a batch waits no chunk enters, and a batch that
 * passed does not hold chunks.
 */
export class Gate {
  readonly #tables = new Map<TableId, GateTable>()

  /** Asks, right after a chunk's snapshot was taken and before it reads a row. When it entered it must {@link leave}. */
  enter(table: TableId, snapshot: SnapshotView): GateAnswer {
    const state = this.#of(table)
    if (state.waiting.length > 0) return { tag: 'batch-first' }
    for (const xid of state.passed) {
      if (snapshot.isSettled(xid)) state.passed.delete(xid)
      else if (!snapshot.sees(xid)) return { tag: 'not-yet-visible', xid }
    }
    state.inFlight++
    return { tag: 'entered' }
  }

  /** The chunk is committed, or known to be aborted. */
  leave(table: TableId): void {
    const state = this.#of(table)
    state.inFlight--
    if (state.inFlight > 0) return
    for (const pass of state.waiting.splice(0)) pass()
  }

  /** Resolves when no batch waits for this table: the time to begin a chunk. */
  async untilOpen(table: TableId): Promise<void> {
    const state = this.#of(table)
    if (state.waiting.length === 0) return
    await new Promise<void>((resolve) => state.held.push(resolve))
  }

  /** Lets a batch pass that touches these tables with these transactions; resolves when all chunks in flight on them are over. */
  async pass(touched: ReadonlyMap<TableId, readonly number[]>): Promise<void> {
    for (;;) {
      const busy = [...touched.keys()].map((table) => this.#of(table)).filter((state) => state.inFlight > 0)
      if (busy.length === 0) break
      await Promise.all(busy.map((state) => new Promise<void>((resolve) => state.waiting.push(resolve))))
    }
    for (const [table, xids] of touched) {
      const state = this.#of(table)
      for (const xid of xids) state.passed.add(xid)
      for (const open of state.held.splice(0)) open()
    }
  }

  /** Forgets a table whose copy is over. */
  forget(table: TableId): void {
    const state = this.#tables.get(table)
    if (state && state.inFlight === 0 && state.waiting.length === 0) this.#tables.delete(table)
  }

  #of(table: TableId): GateTable {
    let state = this.#tables.get(table)
    if (!state) {
      state = { inFlight: 0, waiting: [], held: [], passed: new Set() }
      this.#tables.set(table, state)
    }
    return state
  }
}
