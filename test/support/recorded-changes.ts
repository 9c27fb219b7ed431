import type { ChangeHandler, Draft, OldRowKind, Relation, TransactionHead } from '../../src/core/change-stream.ts'
import { ZERO_LSN, type Lsn } from '../../src/core/lsn.ts'
import { KIND_UNCHANGED, type RowView } from '../../src/core/row-view.ts'

/** A row as a test reads it: text, null, or `UNCHANGED`. */
export type RecordedRow = Readonly<Record<string, string | null>>

/** Stands for an unchanged TOASTed value in a {@link RecordedRow}. */
export const UNCHANGED = '(unchanged)'

/** A call of a {@link ChangeHandler}, with the relation's name in place of its oid. */
export type RecordedChange =
  | { readonly tag: 'begin'; readonly xid: number }
  | { readonly tag: 'relation'; readonly table: string; readonly columns: readonly string[] }
  | { readonly tag: 'insert'; readonly table: string; readonly row: RecordedRow }
  | {
      readonly tag: 'update'
      readonly table: string
      readonly row: RecordedRow
      readonly oldKind: OldRowKind
      readonly old: RecordedRow
    }
  | { readonly tag: 'delete'; readonly table: string; readonly oldKind: OldRowKind; readonly old: RecordedRow }
  | { readonly tag: 'truncate'; readonly tables: readonly string[] }
  | {
      readonly tag: 'message'
      readonly prefix: string
      readonly content: string
      readonly transactional: boolean
    }
  | { readonly tag: 'commit' }

/** Writes down what a draft is given, which is of use until it is discarded. */
class RecordedDraft implements Draft {
  readonly recorded = new RecordedChanges()
  usable = true

  constructor(xid: number) {
    this.recorded.begin({ xid, commitLsn: ZERO_LSN, commitTimeUs: 0n })
  }

  relation(relation: Relation): void {
    this.#recording.relation(relation)
  }

  insert(oid: number, row: RowView): void {
    this.#recording.insert(oid, row)
  }

  update(oid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    this.#recording.update(oid, row, old, oldKind)
  }

  delete(oid: number, old: RowView, oldKind: OldRowKind): void {
    this.#recording.delete(oid, old, oldKind)
  }

  discard(): void {
    this.usable = false
  }

  get #recording(): RecordedChanges {
    if (!this.usable) throw new Error('a draft was given changes after it was discarded')
    return this.recorded
  }
}

/** Writes down everything that a change stream delivers, and checks the order of the calls that the port promises. */
export class RecordedChanges implements ChangeHandler {
  readonly changes: RecordedChange[] = []
  readonly heads: TransactionHead[] = []
  readonly commits: Lsn[] = []
  readonly relations = new Map<number, Relation>()
  idleAt: Lsn = ZERO_LSN
  /** What the stream ended with, set by whoever opened it. */
  failure: unknown = undefined
  #inTransaction = false
  /** Called after each change, in the call of the stream. */
  onChange: ((change: RecordedChange) => void) | undefined

  /** The changes without begins, commits and relations. */
  get rows(): readonly RecordedChange[] {
    return this.changes.filter(({ tag }) => tag !== 'begin' && tag !== 'commit' && tag !== 'relation')
  }

  begin(head: TransactionHead): void {
    if (this.#inTransaction) throw new Error('begin inside a transaction')
    this.#inTransaction = true
    this.heads.push(head)
    this.#add({ tag: 'begin', xid: head.xid })
  }

  relation(relation: Relation): void {
    if (!this.#inTransaction) throw new Error('relation outside of a transaction')
    this.relations.set(relation.oid, relation)
    this.#add({ tag: 'relation', table: relation.table, columns: relation.columns.map(({ name }) => name) })
  }

  insert(oid: number, row: RowView): void {
    this.#add({ tag: 'insert', table: this.#table(oid), row: this.#row(oid, row) })
  }

  update(oid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    const table = this.#table(oid)
    this.#add({ tag: 'update', table, row: this.#row(oid, row), oldKind, old: this.#row(oid, old) })
  }

  delete(oid: number, old: RowView, oldKind: OldRowKind): void {
    this.#add({ tag: 'delete', table: this.#table(oid), oldKind, old: this.#row(oid, old) })
  }

  truncate(oids: readonly number[]): void {
    this.#add({ tag: 'truncate', tables: oids.map((oid) => this.#table(oid)) })
  }

  message(prefix: string, content: Buffer, transactional: boolean): void {
    if (transactional !== this.#inTransaction) throw new Error('a message at the wrong place')
    this.#add({ tag: 'message', prefix, content: content.toString(), transactional })
  }

  commit(endLsn: Lsn): void {
    if (!this.#inTransaction) throw new Error('commit outside of a transaction')
    this.#inTransaction = false
    this.commits.push(endLsn)
    this.#add({ tag: 'commit' })
  }

  /** Says whether transactions are drafted, and whether a draft is taken in the end; asked for each. */
  drafts: (() => boolean) | undefined
  /** Transactions that a draft stood for. */
  drafted = 0

  draft(xid: number): Draft | null {
    return this.drafts?.() === true ? new RecordedDraft(xid) : null
  }

  takeDraft(draft: Draft, head: TransactionHead, endLsn: Lsn): boolean {
    if (this.#inTransaction || !(draft instanceof RecordedDraft) || !draft.usable) throw new Error('no draft to take')
    if (this.drafts?.() !== true) return false
    this.drafted += 1
    this.begin(head)
    for (const change of draft.recorded.changes) if (change.tag !== 'begin') this.#add(change)
    this.commit(endLsn)
    return true
  }

  idle(walEnd: Lsn): void {
    if (this.#inTransaction) throw new Error('idle inside a transaction')
    if (walEnd < this.idleAt || walEnd < (this.commits.at(-1) ?? ZERO_LSN)) throw new Error('idle went back')
    this.idleAt = walEnd
  }

  #add(change: RecordedChange): void {
    this.changes.push(change)
    this.onChange?.(change)
  }

  #table(oid: number): string {
    const relation = this.relations.get(oid)
    if (relation === undefined || !this.#inTransaction) throw new Error(`a row of relation ${oid} at the wrong place`)
    return relation.table
  }

  #row(oid: number, view: RowView): RecordedRow {
    const columns = this.relations.get(oid)?.columns.slice(0, view.columnCount) ?? []
    return Object.fromEntries(
      columns.map(({ name }, index) => [
        name,
        view.kinds[index] === KIND_UNCHANGED ? UNCHANGED : (view.text(index) ?? null),
      ]),
    )
  }
}
