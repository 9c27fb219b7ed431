import type { Transaction } from '../txn/transaction.ts'
import { Latencies } from './latencies.ts'

/** Loads of one kind on one BE: how many, how large, how long, and how many now. */
export class LoadCounters {
  requests = 0
  bytes = 0
  durationMs = 0
  processing = 0
}

/** Requests of one kind to `/api/transaction/` at the FEs: how many run now, and how long they took. */
export class OperationCounters {
  running = 0
  readonly latency = new Latencies()
}

/** The operations of the transaction interface. */
export const transactionOperations = ['begin', 'load', 'prepare', 'commit', 'rollback'] as const

/** What one BE counts (reference/starrocks.md 8). */
export class BeCounters {
  readonly plain = new LoadCounters()
  readonly transaction = new LoadCounters()
  receivedBytes = 0
  loadedRows = 0
  readonly txnRequests = { begin: 0, exec: 0, commit: 0, rollback: 0 }
}

/** What happened since the start, as the metrics of FE and BE tell it (8). */
export class Metrics {
  queries = 0
  queryErrors = 0
  readonly queryLatency = new Latencies()
  connections = 0
  readonly operations: Readonly<Record<(typeof transactionOperations)[number], OperationCounters>> = {
    begin: new OperationCounters(),
    load: new OperationCounters(),
    prepare: new OperationCounters(),
    commit: new OperationCounters(),
    rollback: new OperationCounters(),
  }
  readonly txnTotal = new Map<string, Latencies>()
  readonly txnPublish = new Map<string, Latencies>()
  readonly #backEnds = new Map<number, BeCounters>()

  backEnd(id: number): BeCounters {
    let counters = this.#backEnds.get(id)
    if (counters === undefined) this.#backEnds.set(id, (counters = new BeCounters()))
    return counters
  }

  /** A statement of a MySQL client is answered. */
  query(tookMs: number, failed: boolean): void {
    this.queries++
    if (failed) this.queryErrors++
    this.queryLatency.add(tookMs)
  }

  /** A transaction has become visible. */
  visible(txn: Transaction): void {
    const finishMs = txn.finishMs ?? txn.beginMs
    if (txn.backEndId !== undefined) this.backEnd(txn.backEndId).loadedRows += txn.counts.loaded
    for (const type of ['all', txn.kind === 'insert' ? 'insert' : 'stream_load']) {
      latencies(this.txnTotal, type).add(finishMs - txn.beginMs)
      latencies(this.txnPublish, type).add(finishMs - (txn.commitMs ?? finishMs))
    }
  }
}

function latencies(map: Map<string, Latencies>, type: string): Latencies {
  let found = map.get(type)
  if (found === undefined) map.set(type, (found = new Latencies()))
  return found
}
