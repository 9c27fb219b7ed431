/** The target as the fence sees it: a label table for the whole cluster, one table, and the checkpoint row. */

/** The checkpoint row. `writer` is a process id. */
export interface Row {
  readonly number: number
  readonly lsn: number
  readonly epoch: number
  readonly writer: number
}

/** What one load carries: the changes of one source transaction, or the checkpoint row. */
export type Part = { readonly lsn: number } | { readonly row: Row }

export type TxnState = 'open' | 'committed' | 'visible' | 'aborted'

/** What get_load_state answers: a transaction without a load is not seen by it. */
export type LabelState = TxnState | 'unknown'

interface Txn {
  readonly label: string
  readonly txnId: number
  readonly state: TxnState
  readonly parts: readonly Part[]
}

/** `applied` has bit n set when transaction n + 1 was applied at least once; `last` is the one applied last. */
interface Data {
  readonly applied: number
  readonly last: number
}

export interface Cluster {
  readonly txns: readonly Txn[]
  readonly nextTxnId: number
  /** Labels committed and not yet visible, in commit order. */
  readonly publishing: readonly string[]
  /** The row as a query sees it. */
  readonly row: Row
  readonly data: Data
  /** The row of the last commit, visible or not. */
  readonly head: Row
  readonly broken: string | undefined
}

const find = (cluster: Cluster, label: string) => cluster.txns.find((txn) => txn.label === label)

function put(cluster: Cluster, txn: Txn): Cluster {
  const txns = [...cluster.txns.filter((other) => other.label !== txn.label), txn]
  return { ...cluster, txns: txns.toSorted((a, b) => (a.label < b.label ? -1 : 1)) }
}

/** The state of a label as the target tells it. */
export function labelState(cluster: Cluster, label: string): LabelState {
  const txn = find(cluster, label)
  if (txn === undefined) return 'unknown'
  return txn.state === 'open' && txn.parts.length === 0 ? 'unknown' : txn.state
}

/**
 * Begin: the new TxnId, or the state of the transaction that holds the label. An aborted label of a multi-table
 * transaction cannot be begun again; that of a single-table one can (`again`).
 */
export function begin(cluster: Cluster, label: string, again: boolean): readonly [Cluster, number | TxnState] {
  const txn = find(cluster, label)
  if (txn !== undefined && !(again && txn.state === 'aborted')) return [cluster, txn.state]
  const { nextTxnId } = cluster
  const next = put(cluster, { label, txnId: nextTxnId, state: 'open', parts: [] })
  return [{ ...next, nextTxnId: nextTxnId + 1 }, nextTxnId]
}

/** Load, addressed by label alone. The reply's TxnId is that of the transaction which took it; 0 when none did. */
export function load(cluster: Cluster, label: string, part: Part): readonly [Cluster, number] {
  const txn = find(cluster, label)
  if (txn?.state !== 'open') return [cluster, 0]
  return [put(cluster, { ...txn, parts: [...txn.parts, part] }), txn.txnId]
}

function brokenBy(head: Row, row: Row): string | undefined {
  if (row.number <= head.number) return `number ${row.number} was committed again after ${head.number}`
  if (row.epoch <= head.epoch && row.writer !== head.writer) return `${row.writer} wrote in ${head.writer}'s epoch`
  return row.lsn < head.lsn ? `the checkpoint went back from LSN ${head.lsn} to ${row.lsn}` : undefined
}

/** Commit: true when the transaction is, or was, committed. A commit of nothing is answered OK and does nothing. */
export function commit(cluster: Cluster, label: string): readonly [Cluster, boolean] {
  const txn = find(cluster, label)
  if (txn === undefined || txn.state === 'aborted') return [cluster, false]
  if (txn.state !== 'open' || txn.parts.length === 0) return [cluster, true]
  let { head, broken } = cluster
  for (const part of txn.parts) {
    if (!('row' in part)) continue
    broken ??= brokenBy(cluster.head, part.row)
    head = part.row
  }
  const done = put(cluster, { ...txn, state: 'committed' })
  return [{ ...done, head, broken, publishing: [...cluster.publishing, label] }, true]
}

/** Roll back: `gone` when nothing is known by that label. */
export function rollback(cluster: Cluster, label: string): readonly [Cluster, TxnState | 'gone'] {
  const txn = find(cluster, label)
  if (txn === undefined) return [cluster, 'gone']
  if (txn.state !== 'open') return [cluster, txn.state]
  return [put(cluster, { ...txn, state: 'aborted', parts: [] }), 'aborted']
}

/** The transaction committed first becomes visible as a whole. */
export function publish(cluster: Cluster): Cluster {
  const [label, ...publishing] = cluster.publishing
  const txn = label === undefined ? undefined : find(cluster, label)
  if (txn === undefined) return cluster
  let { row, data } = cluster
  for (const part of txn.parts) {
    if ('row' in part) row = part.row
    else data = { applied: data.applied | (1 << (part.lsn - 1)), last: part.lsn }
  }
  return { ...put(cluster, { ...txn, state: 'visible', parts: [] }), publishing, row, data }
}

/** Labels of finished transactions: any of them may be forgotten. */
export function finished(cluster: Cluster): readonly string[] {
  return cluster.txns.filter((txn) => txn.state === 'visible' || txn.state === 'aborted').map((txn) => txn.label)
}

export function forget(cluster: Cluster, label: string): Cluster {
  return { ...cluster, txns: cluster.txns.filter((txn) => txn.label !== label) }
}

/** A frontend restart loses what is open. */
export function restart(cluster: Cluster): Cluster {
  return { ...cluster, txns: cluster.txns.filter((txn) => txn.state !== 'open') }
}
