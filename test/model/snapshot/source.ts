/** The source: transactions over one table, what a snapshot sees of them, and what the stream tells of them. */

/**
 * An insert, an update or a key change. `loc` is the chunk in whose range the row's new version lies; a `toast` of
 * undefined is an unchanged value, which the stream does not carry.
 */
export interface Put {
  readonly put: number
  readonly from?: number | undefined
  readonly toast?: number | undefined
  readonly loc: number
}

/** One change. A rewrite (VACUUM FULL, some ALTERs) has no event: all rows elsewhere, older snapshots see none. */
export type Op = Put | { readonly del: number } | { readonly truncate: true } | { readonly rewrite: number }

/** Transactions in an order that is possible; those that share a key keep it. */
export type Script = readonly (readonly Op[])[]

interface SourceRow {
  /** Which change wrote it: transaction and ordinal. */
  readonly value: number
  readonly toast: number
  readonly loc: number
}

export type Table = ReadonlyMap<number, SourceRow>

/** Chunks of the table. */
export const chunkCount = 2

/** Two rows that were there before the slot: in the second chunk and in the first. */
const before: Table = new Map([
  [1, { value: 1, toast: 100, loc: 1 }],
  [2, { value: 2, toast: 200, loc: 0 }],
])

/** The value that change `at` of a transaction gives to a row. */
export const valueOf = (txn: number, at: number): number => 10 * (txn + 1) + at

function applyOp(table: Map<number, SourceRow>, op: Op, value: number): void {
  if ('truncate' in op) table.clear()
  else if ('del' in op) table.delete(op.del)
  else if ('rewrite' in op) for (const [key, row] of table) table.set(key, { ...row, loc: op.rewrite })
  else {
    const from = op.from ?? op.put
    const toast = op.toast ?? table.get(from)?.toast
    if (toast === undefined) throw new Error(`no row ${from} to change`)
    table.delete(from)
    table.set(op.put, { value, toast, loc: op.loc })
  }
}

/** The table after these transactions, in this order. */
export function tableAfter(script: Script, txns: readonly number[]): Table {
  const table = new Map(before)
  for (const txn of txns) script[txn]?.forEach((op, at) => applyOp(table, op, valueOf(txn, at)))
  return table
}

/** The table as a snapshot sees it: `seen` has a bit for every transaction. */
export const tableSeen = (script: Script, wal: readonly number[], seen: number): Table =>
  tableAfter(
    script,
    wal.filter((txn) => (seen & (1 << txn)) !== 0),
  )

/** The bits of transactions that rewrite or empty the table: they lock it against everybody. */
export function exclusive(script: Script): number {
  let bits = 0
  script.forEach((ops, txn) => {
    if (ops.some((op) => 'truncate' in op || 'rewrite' in op)) bits |= 1 << txn
  })
  return bits
}

/** The bits of transactions that rewrite the table: together they tell its relfilenode. */
export function rewrites(script: Script): number {
  let bits = 0
  script.forEach((ops, txn) => {
    if (ops.some((op) => 'rewrite' in op)) bits |= 1 << txn
  })
  return bits
}

function keys(ops: readonly Op[]): readonly number[] {
  return ops.flatMap((op) => ('put' in op ? [op.put, op.from ?? op.put] : 'del' in op ? [op.del] : []))
}

/** The earlier transactions that must have ended, locks and all, before this one can make its changes. */
export function waitsFor(script: Script, txn: number): number {
  const mine = script[txn] ?? []
  const touched = new Set(keys(mine))
  const alone = exclusive(script)
  let bits = 0
  for (let other = 0; other < txn; other += 1) {
    const both = ((alone >> other) | (alone >> txn)) & 1
    if (both === 1 || keys(script[other] ?? []).some((key) => touched.has(key))) bits |= 1 << other
  }
  return bits
}
